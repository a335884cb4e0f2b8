// The viewers of the last hour as the points of a line.

/**
 * Points for a polyline in a box of `width` × `height`. Minutes in which nothing is known are bridged; a line of fewer than two known
 * minutes is none. The scale starts well under the smallest value, so that noise does not look like drama.
 */
export function points(trend: readonly (number | null)[], width: number, height: number): string {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let known = 0;
  for (const v of trend) {
    if (v === null) continue;
    known++;
    if (v < least) least = v;
    if (v > most) most = v;
  }
  if (known < 2) return "";
  // At least a quarter of the top value is the whole height: 2 % up and down is a flat line.
  const range = Math.max(most - least, most / 4, 1);
  const middle = (most + least) / 2;
  const out: string[] = [];
  const step = width / (trend.length - 1);
  trend.forEach((v, i) => {
    if (v === null) return;
    const y = height / 2 - ((v - middle) / range) * (height - 2);
    out.push(`${round(i * step)},${round(y)}`);
  });
  return out.join(" ");
}

const round = (n: number) => Math.round(n * 10) / 10;
