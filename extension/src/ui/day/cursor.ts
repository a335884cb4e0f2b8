// Moving along time by keys and by pointer. The cursor is a place in a list of moments, null before the first move.

/** A step of Page up and Page down. */
export interface Reach {
  readonly length: number;
  readonly page: number;
}

/** Where a key takes the cursor; undefined when the key is not for it. From nowhere, every move starts at the latest moment. */
export function moved(key: string, at: number | null, { length, page }: Reach): number | null | undefined {
  if (key === "Escape") return at === null ? undefined : null;
  if (!length) return undefined;
  const last = length - 1;
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: page, PageDown: -page }[key];
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (by === undefined) return undefined;
  return at === null ? last : Math.min(last, Math.max(0, at + by));
}

/** The place of the moment nearest to a time; null without moments. Moments are in order. */
export function nearest(moments: readonly number[], time: number): number | null {
  if (!moments.length) return null;
  let low = 0;
  let high = moments.length - 1;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((moments[mid] as number) < time) low = mid + 1;
    else high = mid;
  }
  const before = moments[low - 1];
  return before !== undefined && time - before < (moments[low] as number) - time ? low - 1 : low;
}
