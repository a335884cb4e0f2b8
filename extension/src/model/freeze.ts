// Rows keep their place while somebody points at them: values go on changing, and what would move is only counted.

import type { Row } from "./select.ts";

export interface Freeze {
  readonly rows: readonly Row[];
  /** How many rows would come, go or change places if the fresh order were shown. */
  readonly pending: number;
}

/** Rows further down than this are not counted: nobody waits for the 900th to move, and counting has to fit in a frame. */
const counted = 300;

/** The held rows in the held order with what is known of them now. Ended ones stay, marked. */
export function freeze(held: readonly Row[], fresh: readonly Row[]): Freeze {
  const now = new Map(fresh.map((r) => [r.key, r]));
  const rows = held.map((h) => now.get(h.key) ?? (h.gone ? h : { ...h, gone: true }));
  return { rows, pending: changes(held.slice(0, counted), fresh.slice(0, counted)) };
}

/** Those that came or went, and the fewest of the rest that have to be lifted out and put elsewhere. */
function changes(before: readonly Row[], after: readonly Row[]): number {
  const place = new Map(before.map((r, i) => [r.key, i]));
  let came = 0;
  const tails: number[] = []; // of the longest increasing runs of old places: rows that can stay
  for (const r of after) {
    const at = place.get(r.key);
    if (at === undefined) {
      came++;
      continue;
    }
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((tails[mid] as number) < at) low = mid + 1;
      else high = mid;
    }
    tails[low] = at;
  }
  const both = after.length - came;
  return Math.max(came, before.length - both) + (both - tails.length);
}
