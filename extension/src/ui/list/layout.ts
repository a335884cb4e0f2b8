// How wide columns are and which form their rows take. Worked out from the window's width alone, before anything is measured, so that
// the first paint is already the last layout.

export type Density = "comfortable" | "compact" | "text";

/** full: picture, three lines, sparkline. slim: two lines. compact: two tight lines, small picture where it fits. text: one line. */
export type Form = "full" | "slim" | "compact" | "text";

/** Height of a row in px, as in list.css. */
export const rowHeight: Record<Form, number> = { full: 68, slim: 50, compact: 40, text: 28 };

/** Height of a heading between rows in px, likewise. */
export const headHeight = 34;

const gap = 12;
const firstLeast = 430;
const otherLeast = 280;
/** Below this a picture leaves no room for a title. */
const fullLeast = 350;

export interface Layout {
  /** Widths in px, one per column. Together they may be wider than the window: the strip scrolls. */
  widths: number[];
  /** How many columns are whole on screen at once. */
  fitting: number;
  /** Space at the window's sides in px. */
  pad: number;
}

/** Lays `count` columns out in a window of `width` px. The first is the widest. */
export function layout(width: number, count: number): Layout {
  const pad = width >= 1200 ? 24 : width >= 700 ? 16 : width >= 360 ? 8 : 4;
  const room = width - 2 * pad;
  if (count <= 0) return { widths: [], fitting: 0, pad };
  let fitting = 1;
  if (room >= firstLeast + gap + otherLeast)
    fitting = Math.min(count, 1 + Math.floor((room - firstLeast) / (otherLeast + gap)));
  if (fitting === 1) return { widths: Array(count).fill(room), fitting, pad };
  const free = room - gap * (fitting - 1);
  // The first takes one and a half shares, within reason.
  const share = free / (fitting + 0.5);
  const first = Math.round(Math.min(Math.max(1.5 * share, firstLeast), 640));
  const other = Math.floor((free - first) / (fitting - 1));
  return { widths: [first, ...Array(count - 1).fill(other)], fitting, pad };
}

/** The form of the rows of a column of `width` px. */
export function formOf(density: Density, width: number): Form {
  if (density !== "comfortable") return density;
  return width >= fullLeast ? "full" : "slim";
}
