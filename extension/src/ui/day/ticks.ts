// Where the marks of the axes are. Times are Korean: UTC+9 and no summer time, so a mark is a multiple of its distance.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Seoul is ahead of UTC by so much. */
export const seoul = 9 * hour;

/** Round values from 0 to at least `most`, `wanted` steps or fewer; whole numbers. */
export function valueTicks(most: number, wanted: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, Math.ceil(power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough) ?? 10)));
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step);
}

const distances = [
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  5 * day,
  10 * day,
];

/** Marks of time that are at least `room` px apart on an axis of `width` px, from `since` to `until` (Unix ms), both taken in. */
export function timeTicks(since: number, until: number, width: number, room: number): number[] {
  const least = ((until - since) * room) / Math.max(1, width);
  const step = distances.find((d) => d >= least) ?? 10 * day;
  // Days are counted from the first one shown: then both marks and days begin on the left.
  const zero = step > day ? since : -seoul;
  const out: number[] = [];
  for (let at = zero + Math.ceil((since - zero) / step) * step; at <= until; at += step) out.push(at);
  return out;
}

/** Whether a moment is a Korean midnight. */
export const isMidnight = (at: number): boolean => (at + seoul) % day === 0;
