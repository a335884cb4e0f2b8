// What happens to a list while somebody has a hand on it: rows are held in their places, and the focus moves by keys.

import { freeze } from "../../model/freeze.ts";
import type { Row } from "../../model/index.ts";
import type { Column } from "./column.tsx";
import { rowHeight } from "./layout.ts";
import { reveal } from "./reveal.ts";

const hasFocus = (column: Column): boolean => !!column.scroller.current?.contains(document.activeElement);

/** Keeps the rows where they are, until nobody points at the list or has the focus in it. */
export function hold(column: Column): void {
  column.freeze = freeze;
  if (column.state.held?.asked !== column.props.asked) column.setState({ held: column.shown() });
}

/** Ends holding, unless there is still a reason to. */
export function letGo(column: Column): void {
  if (column.state.held && !column.pointed && !hasFocus(column)) column.setState({ held: null });
}

/** Shows the order as it is now; it is held again from here. */
export function refresh(column: Column): void {
  const { rows, heads, asked } = column.props;
  if (column.state.held) column.setState({ held: { rows, heads, asked } });
}

/** The row that has the focus or would get it. */
export function current(column: Column): Row | undefined {
  const { rows } = column.shown();
  return rows.find((r) => r.key === column.state.active) ?? rows[0];
}

/** Moves the focus to a row; a negative place counts from the end. */
export function focusRow(column: Column, place: number): void {
  const { rows, heads } = column.shown();
  const row = rows.at(place);
  const box = column.scroller.current;
  if (!row || !box) return;
  hold(column);
  column.wantsFocus = true;
  box.scrollTop = reveal(
    column.y(heads, rows.indexOf(row)),
    rowHeight[column.props.form],
    box.scrollTop,
    box.clientHeight,
  );
  column.setState({ active: row.key, top: box.scrollTop });
}

/** Moves the focus by so many rows; to where it was last when it is elsewhere. */
export function move(column: Column, by: number): void {
  const { rows } = column.shown();
  const at = Math.max(0, rows.indexOf(current(column) as Row));
  focusRow(column, hasFocus(column) ? Math.max(0, Math.min(rows.length - 1, at + by)) : at);
}

/** Moves the focus by so many screens. */
export function page(column: Column, by: number): void {
  move(column, by * Math.max(1, Math.floor(column.state.height / rowHeight[column.props.form]) - 1));
}

/** The row that an event is in, and its element. */
export function rowOf(column: Column, target: EventTarget | null): [Row | null, HTMLElement | null] {
  const element = (target as Element).closest<HTMLElement>(".row");
  return [(element && column.shown().rows.find((r) => r.key === element.dataset.key)) ?? null, element];
}
