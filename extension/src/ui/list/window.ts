// Which rows of a long list are worth having in the document. Rows of one column are all equally high, so this is arithmetic.

/** Rows kept above and below the visible ones, so that a fast wheel shows rows and not the ground. */
export const overscan = 6;

export interface Span {
  /** Index of the first row to draw. */
  from: number;
  /** Index after the last row to draw. */
  to: number;
}

/** The rows to draw for a scroller of `height` px at `top` px, of `count` rows of `row` px. */
export function visible(top: number, height: number, row: number, count: number, extra = overscan): Span {
  if (count <= 0 || row <= 0) return { from: 0, to: 0 };
  const first = Math.floor(Math.max(0, top) / row);
  const last = Math.ceil((Math.max(0, top) + Math.max(0, height)) / row);
  const to = Math.min(count, last + extra);
  return { from: Math.max(0, Math.min(first - extra, to - 1)), to };
}
