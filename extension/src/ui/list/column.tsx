// A column: its head, and a list of which only the visible rows are in the document. While somebody points at the list or has the
// focus in it, rows keep their places, and a pill says how many would move. What a hand does to it is in hand.ts.

import { Component, type ComponentChildren, createRef } from "preact";
import type { Freeze, Row } from "../../model/index.ts";
import type { Words } from "../words.ts";
import { type Form, headHeight, rowHeight } from "./layout.ts";
import { RowView } from "./row.tsx";
import { visible } from "./window.ts";

export interface Heading {
  /** The row that it stands before. */
  at: number;
  name: string;
}

export interface ColumnProps {
  id: string;
  width: number;
  form: Form;
  rows: readonly Row[];
  heads: readonly Heading[];
  /** Changes when the reader asked for something else (filter, hidden things, stars): then nothing is held. */
  asked: string;
  /** The column's platform, "" for others. */
  platform: string;
  minute: number;
  picked: readonly string[];
  words: Words;
  label: string;
  /** Another column is dragged over this one. */
  over: boolean;
  head: ComponentChildren;
  /** Shown instead of rows when there are none. */
  empty: ComponentChildren;
  hrefOf: (row: Row) => string;
  register: (id: string, column: Column | null) => void;
  /** Pointer, focus or click in the list: see hand.ts. */
  onHand: (column: Column, event: Event) => void;
}

/** What is shown: the order, and what it was asked for. */
interface Shown {
  rows: readonly Row[];
  heads: readonly Heading[];
  asked: string;
}

interface ColumnState {
  top: number;
  height: number;
  held: Shown | null;
  /** The row with the list's one tab stop. */
  active: string;
}

export class Column extends Component<ColumnProps, ColumnState> {
  override state: ColumnState = { top: 0, height: innerHeight, held: null, active: "" };
  readonly scroller = createRef<HTMLDivElement>();
  /** Set by hand.ts before anything is held: how held rows are shown. */
  freeze: ((held: readonly Row[], fresh: readonly Row[]) => Freeze) | undefined;
  /** The pointer is over the list. */
  pointed = false;
  /** The next drawing gives the active row the focus. */
  wantsFocus = false;
  /** Tells the height after the layout that is due anyway; asking for it here would force one per column. */
  private resized = new ResizeObserver(([box]) => this.setState({ height: box?.contentRect.height ?? innerHeight }));
  /** Before the drawing that is under way the focus was in the list. */
  private hadFocus = false;
  private watched: HTMLElement | null = null;

  /** What is drawn now: the held order with fresh values, or the fresh one. */
  shown(): Shown & { pending: number } {
    const { rows, heads, asked } = this.props;
    const { held } = this.state;
    return held?.asked === asked && this.freeze
      ? { ...held, ...this.freeze(held.rows, rows) }
      : { rows, heads, asked, pending: 0 };
  }

  /** Where row i begins, in px. */
  y(heads: readonly Heading[], i: number): number {
    return i * rowHeight[this.props.form] + headHeight * heads.filter((h) => h.at <= i).length;
  }

  override componentDidMount(): void {
    this.props.register(this.props.id, this);
    this.componentDidUpdate();
  }

  override componentWillUnmount(): void {
    this.resized.disconnect();
    this.props.register(this.props.id, null);
  }

  override componentDidUpdate(): void {
    const { rows, heads, asked } = this.props;
    const { held } = this.state;
    // Something else was asked for while the list was held: what came of it is held from here.
    if (held && held.asked !== asked) this.setState({ held: { rows, heads, asked } });
    // A row that changed places lost the focus on its way.
    if (this.hadFocus && document.activeElement === document.body) this.wantsFocus = true;
    const box = this.scroller.current;
    if (box !== this.watched) {
      this.resized.disconnect();
      this.watched = box;
      if (box) this.resized.observe(box);
    }
    if (this.wantsFocus) {
      this.wantsFocus = false;
      box?.querySelector<HTMLElement>(".row[tabindex='0']")?.focus({ preventScroll: true });
    }
  }

  private onScroll = (): void => this.setState({ top: this.scroller.current?.scrollTop ?? 0 });

  private onHand = (e: Event): void => this.props.onHand(this, e);

  override render(props: ColumnProps, { top, height, active: key }: ColumnState) {
    const { id, form, words, label } = props;
    this.hadFocus = !!this.scroller.current?.contains(document.activeElement);
    const { rows, heads, pending } = this.shown();
    const each = rowHeight[form];
    const above = heads.length * headHeight;
    const { from, to } = visible(top - above, height + above, each, rows.length);
    const active = Math.max(
      0,
      rows.findIndex((r) => r.key === key),
    );
    // The row with the focus stays in the document wherever it is, or the focus would be lost.
    const drawn = rows.slice(from, to);
    if (active < from || active >= to) drawn.push(...rows.slice(active, active + 1));
    return (
      <section
        class={`column ${form}${props.over ? " over" : ""}`}
        style={{ width: `${props.width}px` }}
        aria-label={label}
        data-column={id}
      >
        {props.head}
        {pending > 0 && (
          <button class="pill" onClick={this.onHand}>
            {words.t("changes", pending)}
          </button>
        )}
        {rows.length === 0 ? (
          props.empty
        ) : (
          <div
            ref={this.scroller}
            class="scroll"
            onScroll={this.onScroll}
            onPointerOver={this.onHand}
            onPointerLeave={this.onHand}
            onFocusIn={this.onHand}
            onFocusOut={this.onHand}
            onClick={this.onHand}
          >
            <div class={top > 0 ? "rows" : "rows slide"} style={{ height: `${this.y(heads, rows.length)}px` }}>
              {heads.map((h, n) => (
                <h3 key={h.name} class="group" style={{ transform: `translateY(${h.at * each + n * headHeight}px)` }}>
                  {h.name}
                </h3>
              ))}
              <div role="feed" aria-label={label}>
                {drawn.map((row, n) => {
                  const i = from + n < to ? from + n : active;
                  return (
                    <RowView
                      key={row.key}
                      row={row}
                      index={i}
                      count={rows.length}
                      y={this.y(heads, i)}
                      form={form}
                      platform={props.platform}
                      minute={props.minute}
                      active={i === active}
                      picked={props.picked.includes(row.key)}
                      words={words}
                      href={props.hrefOf(row)}
                    />
                  );
                })}
              </div>
            </div>
          </div>
        )}
      </section>
    );
  }
}
