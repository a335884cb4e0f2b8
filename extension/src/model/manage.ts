// What is done in the panels: the parts of the store that no page needs to be drawn. Loaded when a panel opens.

import { probe, reachPattern, readAddress } from "./address.ts";
import { type Doc, withSettings } from "./doc.ts";
import type { AddressError, ImportError, PatternError } from "./errors.ts";
import { maxGroups } from "./limits.ts";
import { pattern } from "./pattern.ts";
import { readSettings } from "./readsettings.ts";
import { type AlertRules, defaultSettings, type Favourite, type Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import { exported, imported } from "./transfer.ts";

export interface Manage {
  setAlerts(patch: Partial<AlertRules>): void;
  /** Asks for the permission to show alerts and switches them on; false when it was refused. Only from a click. */
  askAlerts(): Promise<boolean>;
  readMissed(): void;
  clearMissed(): void;

  removeFavourite(id: string): void;
  /** Into a group ("" is none), before another favourite or last (null). */
  moveFavourite(id: string, group: string, before: string | null): void;
  /** Whether an alert tells when they go live. */
  alertOf(id: string, on: boolean): void;
  /** The new group's id; "" when there are too many. */
  addGroup(name: string): string;
  renameGroup(id: string, name: string): void;
  removeGroup(id: string): void;
  /** Up (−1) or down (+1). */
  moveGroup(id: string, by: number): void;

  unhide(id: string): void;
  /** Why a pattern cannot hide anything; null when it can. */
  checkPattern(source: string): PatternError | null;

  exportAll(): string;
  importAll(text: string): ImportError | null;
  /** Everything for this server back to the defaults. */
  reset(): void;

  /** Checks an address, asking for permission first, and uses it. Only from a click. */
  addServer(typed: string): Promise<AddressError | null>;
  /** Uses one of State.servers. */
  useServer(origin: string): void;
  removeServer(origin: string): void;
}

export function manage({ inner }: Pick<Store, "inner">): Manage {
  const { port, put } = inner;
  const settings = (): Settings => inner.doc().servers[inner.doc().server] as Settings;
  /** Settings with a part changed, within all bounds. */
  const sound = (patch: Partial<Settings>): Settings => readSettings({ ...settings(), ...patch });

  return {
    setAlerts: (patch) => put({ alerts: sound({ alerts: { ...settings().alerts, ...patch } }).alerts }),
    async askAlerts() {
      const granted = await port.askNotify();
      if (granted) put({ alerts: { ...settings().alerts, on: true } });
      return granted;
    },
    readMissed: () => inner.mark("missedRead"),
    clearMissed: () => inner.mark("missedCleared"),

    removeFavourite(id) {
      const f = settings().favourites.find((o) => o.id === id);
      if (f) put({ favourites: settings().favourites.filter((o) => o !== f) }, { what: "unstar", name: f.name });
    },
    alertOf: (id, on) =>
      put({
        favourites: settings().favourites.map((f) => {
          const { quiet: _, ...rest } = f;
          return f.id !== id ? f : on ? rest : { ...rest, quiet: true };
        }),
      }),
    moveFavourite: (id, group, before) => put({ favourites: moved(settings().favourites, id, group, before) }),
    addGroup(name) {
      const { groups } = settings();
      if (groups.length >= maxGroups) return "";
      const id = `g${Date.now().toString(36)}${groups.length}`;
      put({ groups: sound({ groups: [...groups, { id, name }] }).groups });
      return id;
    },
    renameGroup: (id, name) =>
      put({ groups: sound({ groups: settings().groups.map((g) => (g.id === id ? { id, name } : g)) }).groups }),
    removeGroup(id) {
      const { groups, favourites } = settings();
      const name = groups.find((g) => g.id === id)?.name ?? "";
      const left = favourites.map((f) => (f.group === id ? { ...f, group: "" } : f));
      put({ groups: groups.filter((g) => g.id !== id), favourites: left }, { what: "group", name });
    },
    moveGroup(id, by) {
      const groups = [...settings().groups];
      const at = groups.findIndex((g) => g.id === id);
      const [g] = at < 0 ? [] : groups.splice(at, 1);
      if (!g) return;
      groups.splice(Math.max(0, at + by), 0, g);
      put({ groups });
    },

    unhide(id) {
      const { hidden } = settings();
      const rule = hidden.find((h) => h.id === id);
      if (rule) put({ hidden: hidden.filter((h) => h !== rule) }, { what: "unhide", name: rule.label });
    },
    checkPattern(source) {
      const made = pattern(source);
      return typeof made === "string" ? made : null;
    },

    exportAll: () => exported(inner.doc()),
    importAll(text) {
      const next = imported(text, inner.doc());
      if (typeof next === "string") return next;
      inner.putDoc(next, { what: "import", name: "" });
      return null;
    },
    reset: () => inner.putDoc(withSettings(inner.doc(), defaultSettings), { what: "reset", name: "" }),

    async addServer(typed) {
      const address = readAddress(typed);
      if (typeof address === "string") return address;
      const { origin } = address;
      if (!(await port.askReach(reachPattern(origin)))) return "denied";
      const wrong = await probe(origin, inner.fetch);
      if (!wrong) inner.putDoc(withServer(inner.doc(), origin));
      return wrong;
    },
    useServer(origin) {
      if (origin !== inner.doc().server && inner.doc().servers[origin]) inner.putDoc(withServer(inner.doc(), origin));
    },
    removeServer(origin) {
      const doc = inner.doc();
      if (origin === doc.server) return;
      inner.putDoc({ ...doc, servers: Object.fromEntries(Object.entries(doc.servers).filter(([s]) => s !== origin)) });
    },
  };
}

/** The list with one favourite in another group, or elsewhere in the order: before another, or last of its group (null). */
export function moved(
  favourites: readonly Favourite[],
  id: string,
  group: string,
  before: string | null,
): readonly Favourite[] {
  const f = favourites.find((o) => o.id === id);
  if (!f || before === id) return favourites;
  const rest = favourites.filter((o) => o.id !== id);
  const at = rest.findIndex((o) => o.id === before);
  rest.splice(at < 0 ? rest.length : at, 0, { ...f, group });
  return rest;
}

/** The document with another server in use: its own settings, or a copy of the present ones. How things look goes along. */
export function withServer(doc: Doc, server: string): Doc {
  const now = doc.servers[doc.server] as Settings;
  const then = doc.servers[server];
  if (!then) return { ...doc, server, servers: { ...doc.servers, [server]: now } };
  const { theme, contrast, motion, lang, density, open, hoverDelay, onboarded, badge, badgeColour, sync } = now.prefs;
  const prefs = {
    ...then.prefs,
    theme,
    contrast,
    motion,
    lang,
    density,
    open,
    hoverDelay,
    onboarded,
    badge,
    badgeColour,
    sync,
  };
  return { ...doc, server, servers: { ...doc.servers, [server]: { ...then, prefs } } };
}
