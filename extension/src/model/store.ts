// The store: one immutable state, made of what was stored, what the server says and what the reader does. What only panels
// need is in manage.ts; what is needed only now and then is loaded then.

import type { OpenHow, Port } from "../port.ts";
import type { Beyond } from "./beyond.ts";
import { type Doc, freshDoc, seal, unseal, withSettings } from "./doc.ts";
import { type Entry, isObject } from "./entry.ts";
import { defaultFilter, type Filter, isDefault } from "./filter.ts";
import { type Head, packHead, unpackHead } from "./head.ts";
import { watchUrl } from "./links.ts";
import { Live } from "./live.ts";
import { pack, unpack } from "./pack.ts";
import { browserPage, type Page } from "./page.ts";
import { type Counts, type Input, needsOrder, type Selection, Selector } from "./select.ts";
import type { HiddenRule, Prefs, Settings } from "./settings.ts";
import type { Missed, State, Undo } from "./state.ts";

/** Ages and uptimes are shown in words of a minute; younger ones as "now". */
const tickEvery = 10_000;
/** How often the list is stored while somebody looks; besides when they stop looking. */
const saveEvery = 60_000;

export interface Store {
  /** Stored settings and list are read. Never rejects. */
  readonly ready: Promise<void>;
  get(): State;
  /** Tells of changes, at most once a frame; returns the way to stop. */
  subscribe(told: () => void): () => void;
  /** Goes live whenever the page is visible, until stop. After the first paint. */
  start(): void;
  stop(): void;

  /** What a column shows: `all`, `fav`, `p:<platform>`, `c:<category or group>`. */
  select(column: string): Selection;
  counts(): Counts;

  setFilter(patch: Partial<Filter>): void;
  resetFilter(): void;
  /** The screen that the address names, and going to another. */
  route(): string;
  go(route: string): void;
  setPrefs(patch: Partial<Prefs>): void;

  toggleFavourite(e: Entry): Promise<void>;
  /** Hides; for a creator give the entry, so that all channels go. Patterns are checked before, with manage().checkPattern. */
  hide(kind: HiddenRule["kind"], value: string, label: string, e?: Entry): Promise<void>;
  /** Takes back what State.undo names. */
  undo(): void;
  /** Tries again now. */
  retry(): void;
  watchUrl(e: Entry, platform?: string): string;
  open(url: string, how?: OpenHow): void;

  /** For manage.ts. */
  readonly inner: Inner;
}

export interface Inner {
  readonly port: Port;
  readonly fetch: typeof fetch;
  doc(): Doc;
  /** Changes settings of the server in use. */
  put(patch: Partial<Settings>, undo?: Undo): void;
  /** Replaces all; follows to another server. */
  putDoc(next: Doc, undo?: Undo): void;
  /** Notes that the missed alerts were read or cleared. */
  mark(what: "missedRead" | "missedCleared"): void;
}

export interface StoreOptions {
  readonly page?: Page;
  readonly fetch?: typeof fetch;
}

export function createStore(port: Port, options: StoreOptions = {}): Store {
  const page = options.page ?? browserPage();
  const get: typeof fetch = options.fetch ?? ((...a) => fetch(...a));
  const selector = new Selector();
  const readers = new Set<() => void>();
  let doc = freshDoc(port.server);
  let servers = Object.keys(doc.servers);
  let filter = defaultFilter;
  let repaired = false;
  let unsaved = false;
  let stored: Record<string, unknown> = {};
  let missed: readonly Missed[] = [];
  let undoable: { undo: Undo; restore: (now: Doc) => Doc } | undefined;
  let live = newLive();
  /** Stands in for the list until that is read. */
  let head: Head | undefined;
  let beyond: Beyond | undefined;
  let tools: Pick<Input, "finder" | "order" | "pattern" | "personal"> = {};
  let running = false;
  let savedAt = 0;
  /** Versions of the board: what was stored, and what favourites were learned from. */
  let saved = 0;
  let learnt = 0;
  let ticker: ReturnType<typeof setInterval> | undefined;
  let stopListening: (() => void)[] = [];
  let state = build();
  let dirty = false;
  let framed = false;

  function settings(): Settings {
    return doc.servers[doc.server] as Settings;
  }

  function newLive(): Live {
    return new Live({ server: doc.server, fetch: get, online: page.online, changed });
  }

  /** Something changed: the state is made anew when it is asked for, and readers are told with the next frame. */
  function changed(): void {
    dirty = true;
    if (framed) return;
    framed = true;
    setTimeout(() => {
      selector.drawn().map(select); // worked out before the frame that draws it, which is then short
      page.frame(() => {
        framed = false;
        for (const told of [...readers]) told();
        if (!savedAt && live.status.phase === "live") saveList(); // new tabs are left after seconds
      });
    });
  }

  function build(): State {
    return {
      ...settings(),
      entries: headNow()?.entries ?? live.board.entries(),
      beyond: beyond?.entries ?? none,
      platforms: live.platforms,
      total: live.resume.total,
      viewers: live.resume.viewers,
      status: live.status,
      now: live.clock.now(Date.now()),
      filter,
      missed,
      missedRead: Number(stored.missedRead) || 0,
      server: doc.server,
      servers,
      undo: undoable?.undo ?? null,
      repaired,
      unsaved,
    };
  }

  function current(): State {
    if (dirty) {
      dirty = false;
      state = build();
    }
    return state;
  }

  /** The settings and the filter that a head is for. */
  function headKey(): string {
    return JSON.stringify([doc.server, doc.edited, filter]);
  }

  function headNow(): Head | undefined {
    return head?.key === headKey() ? head : undefined;
  }

  function selected(): Selector {
    const { entries, beyond, favourites, groups, hidden, prefs } = current();
    selector.set({ entries, beyond, filter, favourites, groups, hidden, pinFavourites: prefs.pinFavourites, ...tools });
    return selector;
  }

  function select(column: string): Selection {
    return headNow()?.columns[column] ?? selected().select(column);
  }

  function write(items: Record<string, unknown>): void {
    const tell = (failed: boolean) => {
      if (failed === unsaved) return;
      unsaved = failed;
      changed();
    };
    port.write(items).then(
      () => tell(false),
      () => tell(true),
    );
  }

  /** Takes a document into use, wherever it came from. */
  function useDoc(next: Doc): void {
    const { server } = doc;
    doc = next;
    servers = Object.keys(doc.servers);
    if (doc.server !== server) {
      saveList(server);
      undoable = undefined;
      live.stop();
      beyond?.stop();
      beyond = undefined;
      live = newLive();
      saved = learnt = 0;
      restoreFilter();
      if (running) look();
    }
    void equip();
    changed();
  }

  function putDoc(next: Doc, undo?: Undo): void {
    const { servers } = doc;
    useDoc({ ...next, edited: Date.now() });
    if (undo) {
      undoable = { undo, restore: (now) => ({ ...now, servers }) };
      restoreFilter();
    }
    write({ settings: seal(doc) });
  }

  function put(patch: Partial<Settings>, undo?: Undo): void {
    const before = settings();
    putDoc(withSettings(doc, patch));
    if (!undo) return;
    const old = Object.fromEntries((Object.keys(patch) as (keyof Settings)[]).map((k) => [k, before[k]]));
    undoable = { undo, restore: (now) => withSettings(now, old) };
  }

  /** Loads what the present filter and rules need. */
  async function equip(): Promise<void> {
    const { favourites, hidden } = settings();
    const load = async <K extends keyof typeof tools>(
      name: K,
      needed: boolean,
      get: () => Promise<(typeof tools)[K]>,
    ) => {
      if (!needed || tools[name]) return;
      const tool = await get();
      tools = { ...tools, [name]: tool };
      filter = { ...filter }; // only now is what was asked for shown
      changed();
    };
    await Promise.all([
      load("finder", filter.q !== "", async () => (await import("./search.ts")).finder),
      load("order", needsOrder(filter), async () => (await import("./sorts.ts")).order),
      load(
        "pattern",
        hidden.some((h) => h.kind === "regexp"),
        async () => (await import("./pattern.ts")).pattern,
      ),
      load("personal", favourites.length + hidden.length > 0, () => import("./personal.ts")),
    ]);
    const narrowed = !isDefault(filter);
    if (narrowed && !beyond && live.resume.total > live.board.size) {
      const made = await import("./beyond.ts");
      beyond ??= new made.Beyond(live, changed);
      if (running && page.visible()) beyond.start();
    }
    beyond?.narrow(filter);
  }

  function setFilter(patch: Partial<Filter>): void {
    filter = { ...filter, ...patch };
    const kept = { ...filter, q: "" }; // words are typed one key at a time, and not kept
    if (JSON.stringify(kept) !== JSON.stringify(settings().filter)) {
      doc = withSettings(doc, { filter: kept });
      write({ settings: seal(doc) });
    }
    port.showFilter?.(filter);
    void equip();
    changed();
  }

  /** The filter of the address, or of the settings when the address names none. */
  function restoreFilter(): void {
    filter = port.shownFilter?.() ?? settings().filter;
    void equip();
    changed();
  }

  /** The head or the list as a page of this version stored it: nothing that has to be read again with care. */
  function take(text: unknown, use: (x: never) => void): void {
    try {
      const x = typeof text === "string" && text.startsWith(stamp) ? JSON.parse(text.slice(stamp.length)) : {};
      if (x.server !== doc.server) return;
      use(x.what as never);
      live.clock.offset = x.offset;
      Object.assign(live.resume, x.resume);
      live.status = { ...live.status, phase: "stored", confirmedAt: x.at };
    } catch {
      // A text that was cut: the list comes from the server.
    }
  }

  /** Stores the list for the next page, and for the stream to go on from; its head apart, for the first paint. As text: the browser copies that faster. */
  function saveList(server = doc.server): void {
    const { board, resume, clock, platformsBody, status } = live;
    if (board.version === saved || !board.size) return;
    const text = (what: object) =>
      stamp + JSON.stringify({ server, at: status.confirmedAt, resume, offset: clock.offset, what });
    const now = selected();
    savedAt = Date.now();
    write({
      head: text(packHead(headKey(), now)),
      list: text(pack(board.entries())),
      platforms: platformsBody,
    });
    saved = board.version;
  }

  /** What the head stood in for. */
  async function readList(): Promise<void> {
    const { list } = await port.read(["list"]).catch((): Record<string, unknown> => ({}));
    take(list, (x) => live.board.replace(unpack(x)));
    saved = live.board.version;
    head = undefined;
    changed();
    await equip();
  }

  /** Takes what was stored beside the settings: by the worker, or by another page. */
  function takeMissed(items: Record<string, unknown>): void {
    const { alerts, missedRead, missedCleared } = { ...stored, ...items };
    stored = { alerts, missedRead, missedCleared }; // not the list: it is large
    const history = isObject(alerts) && Array.isArray(alerts.history) ? (alerts.history as Missed[]) : [];
    missed = history.filter((m) => m.at > (Number(missedCleared) || 0));
    changed();
  }

  async function readSettings(x: unknown): Promise<void> {
    let read = x === undefined ? freshDoc(port.server) : unseal(x);
    if (!read) {
      const full = (await import("./readdoc.ts")).readDoc(x, port.server);
      read = full.doc;
      repaired ||= full.damaged;
      if (full.damaged || full.newer) write({ [`settings.${full.newer ? "newer" : "damaged"}`]: x });
    }
    if (read.edited >= doc.edited) useDoc(read);
  }

  async function load(): Promise<void> {
    const items = await port.read(keys).catch((): Record<string, unknown> => ({}));
    await readSettings(items.settings);
    live.takePlatforms(items.platforms);
    takeMissed(items);
    restoreFilter();
    take(items.head, (x) => {
      head = unpackHead(x);
    });
    if (!headNow()?.entries.length) await readList();
  }

  function look(): void {
    if (page.visible()) {
      live.start();
      beyond?.start();
      ticker ??= setInterval(tick, tickEvery);
      tick();
    } else {
      rest();
      saveList();
    }
  }

  function rest(): void {
    clearInterval(ticker);
    ticker = undefined;
    live.stop();
    beyond?.stop();
  }

  function tick(): void {
    changed();
    void equip(); // the list may have outgrown the set
    if (Date.now() - savedAt > saveEvery) saveList();
    if (live.board.version === learnt || !settings().favourites.length) return;
    learnt = live.board.version;
    void import("./learn.ts").then(({ learned }) => {
      const { favourites } = settings();
      const more = learned(favourites, live.board.entries());
      if (more !== favourites) put({ favourites: more });
    });
  }

  const inner: Inner = {
    port,
    fetch: get,
    doc: () => doc,
    put,
    putDoc,
    mark(what) {
      const items = { [what]: Date.now() };
      takeMissed(items);
      write(items);
    },
  };
  const ready = load();

  return {
    ready,
    get: current,
    subscribe(told) {
      readers.add(told);
      return () => readers.delete(told);
    },
    start() {
      if (running) return;
      running = true;
      const heard = (items: Record<string, unknown>) => {
        takeMissed(items);
        if (typeof items.settings === "string" && items.settings !== seal(doc)) void readSettings(items.settings);
      };
      stopListening = [
        port.watch(heard),
        page.listen((what) => {
          if (what === "visibility") look();
          else if (what === "hash") restoreFilter();
          else live.retry();
        }),
      ];
      void ready.then(() => head && readList()).then(() => running && look());
    },
    stop() {
      running = false;
      for (const stop of stopListening) stop();
      rest();
      saveList();
    },
    select,
    counts: () => headNow()?.counts ?? selected().counts(),

    setFilter,
    resetFilter: () => setFilter({ ...defaultFilter, sort: filter.sort, reverse: filter.reverse }),
    route: () => page.hash().slice(1).split("?")[0] as string,
    go(route) {
      const query = page.hash().split("?")[1];
      page.setHash(route || query ? `#${route}${query ? `?${query}` : ""}` : "");
      changed();
    },
    setPrefs: (patch) => put({ prefs: { ...settings().prefs, ...patch } }),

    toggleFavourite: async (e) => (await import("./personal.ts")).star(inner, e),
    hide: async (...what) => (await import("./personal.ts")).hide(inner, ...what),
    undo() {
      if (!undoable) return;
      const { restore } = undoable;
      undoable = undefined;
      putDoc(restore(doc));
      restoreFilter();
    },
    retry: () => live.retry(),
    watchUrl: (e, platform) => watchUrl(e, settings().prefs.preferredPlatforms, platform),
    open(url, how) {
      if (url) port.open(url, how ?? settings().prefs.open);
    },

    inner,
  };
}

const none: readonly Entry[] = [];
/** Before a stored list; another version's is not taken. */
const stamp = `${__VERSION__} `;
const keys = ["settings", "head", "platforms", "alerts", "missedRead", "missedCleared"];
