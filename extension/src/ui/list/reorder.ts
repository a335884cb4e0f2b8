// Moving columns. Not in columns.ts, because nothing that loads by itself needs it.

import type { ColumnSetting } from "../../model/index.ts";

/** The list with the column moved by so many shown places, or to the place of another; the same list when it cannot be. */
export function reordered(
  columns: readonly ColumnSetting[],
  id: string,
  to: number | string,
): readonly ColumnSetting[] {
  const shown = columns.filter((c) => !c.hidden);
  const from = shown.findIndex((c) => c.id === id);
  const target = typeof to === "number" ? shown[from + to] : shown.find((c) => c.id === to);
  const moved = shown[from];
  if (!moved || !target || target === moved) return columns;
  const forward = columns.indexOf(target) > columns.indexOf(moved);
  const rest = columns.filter((c) => c !== moved);
  rest.splice(rest.indexOf(target) + (forward ? 1 : 0), 0, moved);
  return rest;
}
