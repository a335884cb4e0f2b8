// The orders of a column other than the ranking's own.

import { type Entry, entryName } from "./entry.ts";
import type { Filter } from "./filter.ts";

/** In growth, fewer viewers than this count as this: 1 to 10 is not news. */
const growthBase = 100;

/** Entries, sorted by viewers, in the order asked for. */
export function order(entries: Entry[], f: Filter): Entry[] {
  const by = <K>(key: (e: Entry) => K, less: (a: K, b: K) => number): Entry[] =>
    entries
      .map((e): [K, Entry] => [key(e), e])
      .sort((a, b) => less(a[0], b[0]))
      .map(([, e]) => e);
  const text = (a: string, b: string) => (a === b ? 0 : a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1);
  let sorted = entries;
  if (f.sort === "name") sorted = by((e) => entryName(e).toLowerCase(), text);
  else if (f.sort === "category") sorted = by((e) => e.category?.name_ko ?? "", text);
  else if (f.sort === "started")
    sorted = by(
      (e) => e.started_at ?? "",
      (a, b) => text(b, a) * (a && b ? 1 : -1),
    );
  else if (f.sort === "rising") {
    const tide = tides(entries);
    sorted = by(
      (e) => growth(e) - (tide.get(e.broadcasts[0]?.platform ?? "") ?? 0),
      (a, b) => (a === b ? 0 : b - a),
    );
  }
  return f.reverse ? reversed(sorted, f) : sorted;
}

/** What has no key (hidden count, unknown start) stays last. */
function reversed(entries: readonly Entry[], f: Filter): Entry[] {
  const known = (e: Entry): boolean =>
    f.sort === "viewers"
      ? e.viewers !== null
      : f.sort === "started"
        ? e.started_at !== null
        : f.sort === "category"
          ? e.category !== null
          : f.sort !== "rising" || growth(e) > -Infinity;
  return [...entries.filter(known).reverse(), ...entries.filter((e) => !known(e))];
}

/** Viewers 15 minutes before the last fetch; null when not live then, or hidden. */
const earlier = (e: Entry): number | null => e.trend[e.trend.length - 1 - Math.round(15 / e.trend_step)] ?? null;

function growth(e: Entry): number {
  const then = earlier(e);
  return e.viewers === null || then === null ? -Infinity : (e.viewers - then) / Math.max(then, growthBase);
}

/** What each platform gained as a whole. */
function tides(entries: readonly Entry[]): Map<string, number> {
  const sums = new Map<string, [number, number]>();
  for (const e of entries) {
    const then = earlier(e);
    const p = e.broadcasts[0]?.platform ?? "";
    const s = sums.get(p) ?? [0, 0];
    if (then !== null && e.viewers !== null) sums.set(p, [s[0] + e.viewers, s[1] + then]);
  }
  return new Map([...sums].map(([p, [now, then]]) => [p, then ? (now - then) / then : 0]));
}
