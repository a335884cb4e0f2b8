// What the reader does in the list, by keys, pointer or both. The other half of app.tsx, loaded with the first thing that is done.

import { categoryName, entryName, isDefault, type Prefs, type Row, type State } from "../model/index.ts";
import { multiviewUrl } from "../model/multiview.ts";
import type { App } from "./app.tsx";
import { type Command, commandOf, ownsKeys } from "./keyboard.ts";
import type { Column } from "./list/column.tsx";
import { current, focusRow, hold, letGo, move, page, refresh, rowOf } from "./list/hand.ts";
import { reordered } from "./list/reorder.ts";
import { seldomWords } from "./shell/words.ts";

export { default as styles } from "./list/hand.css?url";

/** How long a message with a way back stays, in ms: time to read it and reach for it. */
const undoTime = 8000;
const messageTime = 3000;
/** Time to get from a row into its preview, in ms. */
const previewGrace = 180;
/** In a narrower window a preview would cover the list; there it is opened by hand. */
const previewLeast = 700;
/** A search is spoken of when typing has paused for so many ms. */
const speakAfter = 900;

/** What a dragged column is, for the browser. */
export const columnType = "application/x-onair-column";

/** Whether a click on a link is ours; with a modifier or another button it is the browser's. */
export const isPlain = (e: MouseEvent): boolean => !(e.button || e.ctrlKey || e.metaKey || e.altKey);

export class Commands {
  private timers: Record<string, ReturnType<typeof setTimeout>> = {};

  constructor(private readonly app: App) {}

  private get state(): State {
    return this.app.state.state;
  }

  private get store() {
    return this.app.props.store;
  }

  private get seldom() {
    return seldomWords(this.app.wordsNow());
  }

  private get shown() {
    return this.app.allColumns().filter((c) => !c.hidden);
  }

  private later(what: string, ms: number, act: () => void): void {
    clearTimeout(this.timers[what]);
    this.timers[what] = setTimeout(act, ms);
  }

  private say(message: string): void {
    this.app.setState({ message });
    this.later("message", messageTime, () => this.app.setState({ message: "" }));
  }

  /** The model changed in a way that is worth a word. */
  changed(before: State): void {
    const { undo, filter } = this.state;
    if (before.undo !== undo && undo) this.later("undo", undoTime, () => this.app.setState({ settled: undo }));
    if (before.filter === filter) return;
    // The row that the preview belongs to may be gone without the pointer having left it.
    this.closePreview();
    this.later("speech", speakAfter, () =>
      this.app.setState({ spoken: this.app.wordsNow().t("entries", this.store.counts().all) }),
    );
  }

  key(e: KeyboardEvent): void {
    if (this.app.state.panel || e.defaultPrevented || this.app.state.preview?.pinned) return;
    const target = e.target as HTMLElement;
    const command = commandOf(e);
    if (!command) return;
    const search = this.app.search.current;
    if (ownsKeys(target)) {
      if (target !== search) return;
      // From the search: down into the results, Esc back to the page.
      if (command === "escape") {
        if (this.state.filter.q) this.store.setFilter({ q: "" });
        else target.blur();
      } else if (e.key === "ArrowDown" || (e.key === "Enter" && !e.isComposing)) {
        const column = this.column();
        if (column) focusRow(column, 0);
      } else return;
      e.preventDefault();
      return;
    }
    // Enter on a button or a link is theirs; arrows outside the list are the browser's.
    if (command === "open" && !target.classList.contains("row")) return;
    if (/^(Arrow|Home|End|Page)/.test(e.key) && !target.closest(".scroll") && target !== document.body) return;
    if (this.run(command)) e.preventDefault();
  }

  /** The column that the keys are in. */
  private column(): Column | undefined {
    const inside = document.activeElement?.closest<HTMLElement>("[data-column]")?.dataset.column;
    const { columns, state } = this.app;
    return columns.get(inside ?? state.column) ?? columns.get(this.shown[0]?.id ?? "");
  }

  private run(command: Command): boolean {
    const column = this.column();
    if (typeof command === "object") return this.toColumn(command.column);
    switch (command) {
      case "next":
        column && move(column, 1);
        return true;
      case "previous":
        column && move(column, -1);
        return true;
      case "first":
        column && focusRow(column, 0);
        return true;
      case "last":
        column && focusRow(column, -1);
        return true;
      case "page-down":
        column && page(column, 1);
        return true;
      case "page-up":
        column && page(column, -1);
        return true;
      case "column-next":
      case "column-previous": {
        const at = this.shown.findIndex((c) => c.id === column?.props.id);
        return this.toColumn(at + (command === "column-next" ? 1 : -1));
      }
      case "search":
        this.app.search.current?.focus();
        this.app.search.current?.select();
        return true;
      case "help":
        this.app.open("keys");
        return true;
      case "settings":
        this.app.open("look");
        return true;
      case "show-changes":
        column && refresh(column);
        return true;
      case "multiview":
        this.together();
        return true;
      case "escape":
        return this.escape();
    }
    const row = column && current(column);
    if (!row) return false;
    switch (command) {
      case "open":
        this.watch(row);
        return true;
      case "open-other":
        this.watch(row, undefined, this.state.prefs.open === "tab" ? "current" : "tab");
        return true;
      case "favourite":
        this.store.toggleFavourite(row.entry);
        return true;
      case "hide":
        this.hide(row);
        return true;
      case "select":
        this.pick(row);
        return true;
      case "copy":
        this.copy(row);
        return true;
      case "details":
        this.explain(row);
        return true;
    }
  }

  private escape(): boolean {
    if (this.app.state.preview) this.closePreview();
    else if (this.app.state.picked.length) this.deselect();
    else if (!isDefault(this.state.filter)) this.store.setFilter({ q: "" });
    else return false;
    return true;
  }

  /** Brings a column into view. */
  show(index: number): void {
    const column = this.shown[index];
    if (!column) return;
    this.app.setState({ column: column.id });
    this.app.strip.current?.children[index]?.scrollIntoView({ inline: "start", block: "nearest" });
  }

  private toColumn(index: number): boolean {
    const column = this.shown[index];
    if (!column) return false;
    this.show(index);
    const view = this.app.columns.get(column.id);
    if (view) move(view, 0);
    return true;
  }

  /** Pointer, focus or click in a list. */
  hand(column: Column, e: Event): void {
    const [row, element] = rowOf(column, e.target);
    switch (e.type) {
      case "pointerover":
        if ((e as PointerEvent).pointerType === "touch") return;
        column.pointed = true;
        hold(column);
        this.point(row, element);
        return;
      case "pointerleave":
        column.pointed = false;
        this.point(null, null);
        letGo(column);
        return;
      case "focusin":
        if (!row) return;
        column.setState({ active: row.key });
        hold(column);
        if (element?.matches(":focus-visible")) this.point(row, element);
        return;
      case "focusout":
        this.point(null, null);
        // The next element has the focus only after this event.
        setTimeout(() => letGo(column));
        return;
      case "click": {
        const act = (e.target as Element).closest<HTMLElement>("[data-act],.pill");
        if (act?.className === "pill") refresh(column);
        else if (act && row) this.act(act.dataset.act as string, row, e as MouseEvent);
      }
    }
  }

  private act(act: string, row: Row, e: MouseEvent): void {
    if (act === "star") this.store.toggleFavourite(row.entry);
    // Without a pointer that hovers there is no preview to find the rest in.
    else if (act === "hide") matchMedia("(hover: none)").matches ? this.explain(row) : this.hide(row);
    else if (act === "category") {
      const id = row.entry.category?.id as string;
      this.store.setFilter({ categories: this.state.filter.categories.includes(id) ? [] : [id] });
    } else if (isPlain(e)) {
      if (e.shiftKey) this.pick(row);
      else this.watch(row, act.startsWith("on:") ? act.slice(3) : undefined);
    }
  }

  watch(row: Row, platform?: string, how?: Prefs["open"]): void {
    this.store.open(this.store.watchUrl(row.entry, platform), how);
  }

  hide(row: Row, kind: "creator" | "category" = "creator"): void {
    const { category, creator } = row.entry;
    const column = document.activeElement?.closest(".scroll") && this.column();
    if (kind === "creator") this.store.hide(kind, creator.id, entryName(row.entry), row.entry);
    else if (category) this.store.hide(kind, category.id, categoryName(category, this.app.wordsNow().lang));
    this.closePreview();
    // The row goes; the focus stays in the list, on what takes its place.
    if (column) {
      const { rows } = column.props;
      const next = rows[rows.findIndex((r) => r.key === row.key) + 1]?.key;
      requestAnimationFrame(() =>
        setTimeout(() =>
          focusRow(
            column,
            Math.max(
              0,
              column.props.rows.findIndex((r) => r.key === next),
            ),
          ),
        ),
      );
    }
  }

  /** The entry's curve on the page to look back on. */
  lookBack(row: Row): void {
    this.closePreview();
    this.app.open(`day/today/1d/${row.entry.id.replace(":", "/")}`);
  }

  pick(row: Row): void {
    const { picked } = this.app.state;
    this.app.setState({
      picked: picked.includes(row.key) ? picked.filter((k) => k !== row.key) : [...picked, row.key],
    });
  }

  deselect(): void {
    this.app.setState({ picked: [] });
  }

  copy(row: Row): void {
    const url = this.app.href(row);
    if (url)
      void navigator.clipboard.writeText(url).then(
        () => this.say(this.seldom("copied")),
        () => {},
      );
  }

  /** Opens what is picked side by side. */
  together(): void {
    const { entries, beyond, prefs } = this.state;
    const all = new Map([...beyond, ...entries].map((e) => [e.key, e]));
    const chosen = this.app.state.picked.flatMap((k) => all.get(k) ?? []);
    if (!chosen.length) return;
    const { url } = multiviewUrl(chosen, prefs.preferredPlatforms);
    if (url) this.store.open(url, prefs.open === "current" ? "tab" : prefs.open);
    else this.say(this.seldom("togetherNone"));
  }

  /** Opens the preview as a dialog. */
  explain(row: Row): void {
    const box = document.querySelector(`.row[data-key="${CSS.escape(row.key)}"]`)?.getBoundingClientRect();
    if (box) this.app.setState({ preview: { row, box, pinned: true } });
  }

  closePreview(): void {
    clearTimeout(this.timers.preview);
    if (this.app.state.preview) this.app.setState({ preview: null });
  }

  keepPreview(): void {
    clearTimeout(this.timers.preview);
  }

  /** A row is pointed at or has the focus by keys; null when none is any more. */
  point(row: Row | null, element: HTMLElement | null): void {
    const { preview } = this.app.state;
    const { hoverDelay } = this.state.prefs;
    if (preview?.pinned) return;
    if (!row || !element || !hoverDelay || innerWidth < previewLeast) {
      if (preview) this.later("preview", previewGrace, () => this.closePreview());
      else clearTimeout(this.timers.preview);
    } else if (preview?.row.key === row.key) this.keepPreview();
    else
      this.later("preview", hoverDelay, () => {
        if (element.isConnected)
          this.app.setState({ preview: { row, box: element.getBoundingClientRect(), pinned: false } });
      });
  }

  moveColumn(id: string, to: number | string): void {
    const columns = reordered(this.app.allColumns(), id, to);
    this.store.setPrefs({ columns });
    const place = columns.filter((c) => !c.hidden).findIndex((c) => c.id === id) + 1;
    this.app.setState({ spoken: this.seldom("movedColumn", { n: this.app.label(id), place }) });
  }

  hideColumn(id: string): void {
    this.store.setPrefs({ columns: this.app.allColumns().map((c) => (c.id === id ? { ...c, hidden: true } : c)) });
  }

  dragOver(e: DragEvent): void {
    if (!e.dataTransfer?.types.includes(columnType)) return;
    e.preventDefault();
    const over = (e.target as Element).closest<HTMLElement>("[data-column]")?.dataset.column ?? "";
    if (over !== this.app.state.over) this.app.setState({ over });
  }

  drop(e: DragEvent): void {
    const id = e.dataTransfer?.getData(columnType);
    const { over } = this.app.state;
    this.app.setState({ over: "" });
    if (!id) return;
    e.preventDefault();
    if (over) this.moveColumn(id, over);
  }

  dismiss(what: string): void {
    this.app.setState({ dismissed: [...this.app.state.dismissed, what] });
  }
}
