// The whole page: joins the model to what is drawn. Everything here is about this window (which panel is open, what is picked); what
// is chosen and known lives in the model. What the reader does is in commands.ts, which comes with the first thing that is done;
// likewise all that is seldom shown. Together what loads by itself stays within the budget of `npm run size`.

import { Component, type ComponentType, createRef } from "preact";
import {
  type ColumnSetting,
  categoryName,
  type Filter,
  isDefault,
  type Row,
  type State,
  type Store,
} from "../model/index.ts";
import type { Port } from "../port.ts";
import type { Commands } from "./commands.ts";
import { dressPlatforms } from "./glyphs.ts";
import { languageOf } from "./i18n/translate.ts";
import { Column } from "./list/column.tsx";
import { columnsOf, headings } from "./list/columns.ts";
import { Head } from "./list/head.tsx";
import { formOf, layout } from "./list/layout.ts";
import { applyLook, loadNarrow } from "./look.ts";
import { Chips } from "./shell/chips.tsx";
import { Top } from "./shell/top.tsx";
import { loadStyles } from "./styles/load.ts";
import { loadWords, type Words, wordsOf } from "./words.ts";

export interface AppProps {
  store: Store;
  port: Port;
}

/** What is true of this window only. */
export interface Local {
  state: State;
  width: number;
  /** The open panel, "" for none; the part of the address after #. */
  panel: string;
  /** Keys of the entries to watch together. */
  picked: readonly string[];
  message: string;
  /** For screen readers only. */
  spoken: string;
  /** Notices that were closed. */
  dismissed: readonly string[];
  /** What the large preview shows, and beside what. */
  preview: { row: Row; box: DOMRect; pinned: boolean } | null;
  /** Columns beyond the first screen get their rows after the first paint. */
  painted: boolean;
  /** The column that the keys are in. */
  column: string;
  /** The column that another is dragged over. */
  over: string;
  /** The last undo whose message was there long enough. */
  settled: State["undo"];
}

/** Parts that are loaded when they are first shown: modules with the component of this name, and the address of its `styles`. */
const loaders = {
  Panels: () => import("./panels/panels.tsx"),
  Day: () => import("./day/day.tsx"),
  Details: () => import("./details/details.tsx"),
  Corner: () => import("./shell/corner.tsx"),
  Blank: () => import("./list/blank.tsx"),
};
type Parts = { [K in keyof typeof loaders]: Awaited<ReturnType<(typeof loaders)[K]>> };

export class App extends Component<AppProps, Local> {
  readonly columns = new Map<string, Column>();
  readonly search = createRef<HTMLInputElement>();
  readonly strip = createRef<HTMLElement>();
  private readonly stop = new AbortController();
  private readonly parts: { [K in keyof Parts]?: ComponentType<never> | null } = {};
  private readonly favouritesLast: boolean;
  private unsubscribe = () => {};
  private words: Words | undefined;
  private names = "";
  private readonly ids = new WeakMap<object, number>();
  private lastId = 0;
  private loading: Promise<Commands> | undefined;
  private commands: Commands | undefined;

  constructor(props: AppProps) {
    super(props);
    const state = props.store.get();
    this.favouritesLast = state.favourites.length === 0;
    this.state = {
      state,
      width: document.documentElement.clientWidth,
      panel: props.store.route(),
      picked: [],
      message: "",
      spoken: "",
      dismissed: [],
      preview: null,
      painted: false,
      column: "",
      over: "",
      settled: null,
    };
  }

  override componentDidMount(): void {
    const { store } = this.props;
    const { signal } = this.stop;
    this.unsubscribe = store.subscribe(() => this.take(store.get()));
    addEventListener(
      "resize",
      () => {
        void loadNarrow();
        this.setState({ width: document.documentElement.clientWidth });
      },
      { signal },
    );
    document.addEventListener("keydown", (e) => this.act((c) => c.key(e)), { signal });
    for (const query of ["dark", "more"])
      matchMedia(`(prefers-${query === "dark" ? "color-scheme" : "contrast"}: ${query})`).addEventListener(
        "change",
        () => void applyLook(this.state.state.prefs),
        { signal },
      );
    requestAnimationFrame(() => setTimeout(() => this.setState({ painted: true })));
  }

  override componentWillUnmount(): void {
    this.stop.abort();
    this.unsubscribe();
  }

  private take(state: State): void {
    const before = this.state.state;
    if (before.prefs !== state.prefs) void applyLook(state.prefs);
    this.setState({ state, panel: this.props.store.route() });
    if (before.undo !== state.undo || before.filter !== state.filter) this.act((c) => c.changed(before));
  }

  /** Does something with the commands: at once when they are there. */
  act = (what: (commands: Commands) => void): void => {
    if (this.commands) what(this.commands);
    else {
      this.loading ??= import("./commands.ts").then((m) => {
        void loadStyles(m.styles);
        this.commands = new m.Commands(this);
        return this.commands;
      });
      void this.loading.then(what);
    }
  };

  /** A part of the page that is seldom shown; undefined while it is being loaded. */
  private part<K extends keyof Parts>(name: K): Parts[K][K & keyof Parts[K]] | undefined {
    if (this.parts[name] === undefined) {
      this.parts[name] = null;
      void loaders[name]().then(async (m) => {
        await loadStyles(m.styles);
        this.parts[name] = (m as unknown as Record<string, ComponentType<never>>)[name] as ComponentType<never>;
        this.forceUpdate();
      });
    }
    return (this.parts[name] ?? undefined) as Parts[K][K & keyof Parts[K]] | undefined;
  }

  /** The words of the language in use; those of the one before until they are loaded. */
  wordsNow(): Words {
    const { prefs, platforms } = this.state.state;
    const lang = languageOf(prefs.lang, navigator.language);
    const names = `${lang} ${platforms.map((p) => `${p.id} ${p.name} ${p.name_ko}`)}`;
    if (!this.words || names !== this.names) {
      const words = wordsOf(lang, platforms);
      if (words) {
        this.words = words;
        this.names = names;
        document.documentElement.lang = lang;
        dressPlatforms(platforms);
      } else void loadWords(lang).then(() => this.forceUpdate());
    }
    return this.words as Words;
  }

  /** A number for an object: the same object has the same. */
  private idOf(o: object): number {
    if (!this.ids.has(o)) this.ids.set(o, ++this.lastId);
    return this.ids.get(o) as number;
  }

  open = (panel: string): void => {
    this.props.store.go(panel);
    this.setState({ panel, preview: null });
  };

  href = (row: Row): string => this.props.store.watchUrl(row.entry);

  private filter = (patch: Partial<Filter>): void => this.props.store.setFilter(patch);

  private register = (id: string, column: Column | null): void => {
    if (column) this.columns.set(id, column);
    else this.columns.delete(id);
  };

  private onHand = (column: Column, e: Event): void => {
    // Whether a link is followed has to be decided now.
    const { button, ctrlKey, metaKey, altKey } = e as MouseEvent;
    const link = (e.target as Element).closest("a");
    if (e.type === "click" && link && !(button || ctrlKey || metaKey || altKey)) e.preventDefault();
    this.act((c) => c.hand(column, e));
  };

  /** All columns in their order, also hidden ones. */
  allColumns(): ColumnSetting[] {
    const { prefs, platforms } = this.state.state;
    return columnsOf(prefs.columns, platforms, this.favouritesLast);
  }

  label(id: string): string {
    const { t, lang, platformName } = this.wordsNow();
    if (id === "all" || id === "fav") return t(id === "all" ? "all" : "favourites");
    const value = id.slice(2);
    if (id.startsWith("p:")) return platformName(value);
    const found = this.props.store.counts().categories.find((c) => c.id === value);
    return found ? categoryName(found, lang) : value;
  }

  override render({ store, port }: AppProps, local: Local) {
    const { state, panel, preview } = local;
    const { prefs, filter, status, platforms, now } = state;
    const words = this.wordsNow();
    const columns = this.allColumns().filter((c) => !c.hidden);
    const { widths, fitting, pad } = layout(local.width, columns.length);
    const asked = `${this.idOf(filter)} ${this.idOf(state.hidden)}`;
    const minute = Math.floor(now / 60_000);
    const empty = !state.entries.length;
    const undo = state.undo === local.settled ? null : state.undo;
    const failing = platforms.some((p) => p.state === "down" || p.state === "degraded");
    const trouble =
      status.phase === "offline" || status.phase === "error" || failing || state.unsaved || state.repaired;
    const past = /^day(\/|$)/.test(panel);
    const Day = past ? this.part("Day") : undefined;
    const Panels = panel && !past ? this.part("Panels") : undefined;
    const Details = preview ? this.part("Details") : undefined;
    const Corner =
      trouble || undo || local.message || local.picked.length || !prefs.onboarded ? this.part("Corner") : undefined;
    return (
      <div id="page" style={{ "--pad": `${pad}px` }}>
        <Top words={words} state={state} onFilter={this.filter} search={this.search} onPanel={this.open} />
        <Chips
          words={words}
          state={state}
          counts={store.counts()}
          onFilter={this.filter}
          onReset={store.resetFilter}
          onMore={() => this.open("filters")}
        />
        {fitting === 1 && columns.length > 1 && (
          <nav class="tabs" aria-label={words.t("columns")}>
            {columns.map((c, i) => (
              <button
                key={c.id}
                aria-current={local.column ? c.id === local.column : i === 0}
                onClick={() => this.act((commands) => commands.show(i))}
              >
                {this.label(c.id)}
              </button>
            ))}
          </nav>
        )}
        <main
          class="strip"
          ref={this.strip}
          onScroll={(e) => {
            const at = columns[Math.round(e.currentTarget.scrollLeft / ((widths[0] ?? 0) + 12))];
            if (fitting === 1 && at && at.id !== local.column) this.setState({ column: at.id });
          }}
          onDragOver={(e) => this.act((c) => c.dragOver(e))}
          onDrop={(e) => this.act((c) => c.drop(e))}
        >
          {columns.map(({ id }, i) => {
            const selection = i < fitting || local.painted ? store.select(id) : null;
            const platform = platforms.find((p) => id === `p:${p.id}`);
            const label = this.label(id);
            const width = widths[i] ?? 0;
            const waiting = !selection || (empty && (status.phase === "loading" || status.phase === "stored"));
            const blank = !waiting && !selection.rows.length;
            const bare = id === "fav" && !state.favourites.length;
            const Blank = blank && !bare ? this.part("Blank") : undefined;
            return (
              <Column
                key={id}
                id={id}
                width={width}
                form={formOf(prefs.density, width)}
                rows={selection?.rows ?? []}
                heads={selection ? headings(selection.groups, words.t("ungrouped")) : []}
                asked={id === "fav" ? `${asked} ${this.idOf(state.favourites)}` : asked}
                platform={platform?.id ?? ""}
                minute={minute}
                picked={local.picked}
                words={words}
                label={label}
                over={local.over === id}
                head={
                  <Head
                    id={id}
                    label={label}
                    count={selection?.total ?? 0}
                    words={words}
                    platform={platform}
                    now={now}
                    onMove={(by) => this.act((c) => c.moveColumn(id, by))}
                    onHide={() => this.act((c) => c.hideColumn(id))}
                  />
                }
                empty={
                  Blank ? (
                    <Blank
                      id={id}
                      state={state}
                      filtered={!isDefault(filter)}
                      words={words}
                      store={store}
                      onPanel={this.open}
                    />
                  ) : bare ? (
                    <p class="none">{words.t("noFav")}</p>
                  ) : (
                    <div class="ghost" aria-busy={waiting} />
                  )
                }
                hrefOf={this.href}
                register={this.register}
                onHand={this.onHand}
              />
            );
          })}
        </main>
        <p class="sr" role="status">
          {local.spoken}
        </p>
        {Corner && (
          <Corner
            words={words}
            state={state}
            store={store}
            undo={undo}
            message={local.message}
            picked={local.picked.length}
            dismissed={local.dismissed}
            onPanel={this.open}
            act={this.act}
          />
        )}
        {preview && Details && (
          <Details preview={preview} words={words} state={state} picked={local.picked} act={this.act} />
        )}
        {Day && <Day panel={panel} store={store} state={state} words={words} width={local.width} onPanel={this.open} />}
        {Panels && (
          <Panels
            panel={panel}
            store={store}
            state={state}
            port={port}
            words={words}
            columns={this.allColumns()}
            labelOf={(id) => this.label(id)}
            onPanel={this.open}
          />
        )}
      </div>
    );
  }
}
