// Settings out of anything that may be stored or imported: each part that is sound is kept, the rest is the default.

import { isObject, text } from "./entry.ts";
import { readFilter } from "./filtercode.ts";
import { maxColumns, maxFavourites, maxGroups, maxHidden, maxKeys, maxPattern } from "./limits.ts";
import {
  type AlertRules,
  defaultAlerts,
  defaultPrefs,
  type Favourite,
  type HiddenRule,
  type Prefs,
  type Settings,
} from "./settings.ts";

const choices: Record<string, readonly string[]> = {
  theme: ["system", "light", "dark"],
  contrast: ["system", "more"],
  motion: ["system", "reduce"],
  lang: ["system", "ko", "en"],
  density: ["comfortable", "compact", "text"],
  open: ["current", "tab", "window"],
  badge: ["off", "favourites", "live", "hot", "missed"],
};

const idText = (x: unknown): string => text(x, 200);

/** The first max distinct, sound values of a list. */
function list<T>(x: unknown, max: number, read: (v: unknown) => T | undefined, id: (v: T) => string): T[] {
  const found = new Map<string, T>();
  if (Array.isArray(x))
    for (const v of x) {
      const made = read(v);
      if (made !== undefined && found.size < max && !found.has(id(made))) found.set(id(made), made);
    }
  return [...found.values()];
}

const self = (s: string): string => s;
export const strings = (x: unknown, max: number): string[] => list(x, max, (v) => idText(v) || undefined, self);

/** Fields of the same kind as the default's, within bounds; others are the default's. */
function fields<T extends object>(x: unknown, defaults: T): T {
  const from = isObject(x) ? x : {};
  const out = { ...defaults } as Record<string, unknown>;
  for (const [k, d] of Object.entries(defaults)) {
    const v = from[k];
    if (typeof v !== typeof d || typeof d === "object") continue;
    if (typeof v === "number" && !(Number.isSafeInteger(v) && v >= 0)) continue;
    if (typeof v === "string" && !(choices[k]?.includes(v) ?? /^#[0-9a-f]{6}$/i.test(v))) continue;
    out[k] = v;
  }
  return out as T;
}

function readPrefs(x: unknown): Prefs {
  const from = isObject(x) ? x : {};
  const columns = list(
    from.columns,
    maxColumns,
    (c) =>
      isObject(c) && /^(all$|fav$|[pc]:.)/.test(idText(c.id))
        ? { id: idText(c.id), hidden: c.hidden === true }
        : undefined,
    (c) => c.id,
  );
  columns.unshift(...defaultPrefs.columns.filter((c) => !columns.some((o) => o.id === c.id)));
  return { ...fields(from, defaultPrefs), columns, preferredPlatforms: strings(from.preferredPlatforms, 20) };
}

function readFavourite(x: unknown): Favourite | undefined {
  if (!isObject(x)) return undefined;
  const keys = strings(x.keys, maxKeys);
  const id = idText(x.id) || keys[0];
  if (!id) return undefined;
  const person = { id, name: text(x.name) || id, keys: keys.length ? keys : [id], group: idText(x.group) };
  return x.quiet === true ? { ...person, quiet: true } : person;
}

function readHidden(x: unknown): HiddenRule | undefined {
  if (!isObject(x) || !["creator", "category", "keyword", "regexp"].includes(x.kind as string)) return undefined;
  const kind = x.kind as HiddenRule["kind"];
  const value = text(x.value, 200).trim();
  if (!value || (kind === "regexp" && value.length > maxPattern)) return undefined;
  return { id: `${kind}:${value}`, kind, value, label: text(x.label) || value, keys: strings(x.keys, maxKeys) };
}

function readAlerts(x: unknown): AlertRules {
  const from = isObject(x) ? x : {};
  const read = fields(from, defaultAlerts);
  return {
    ...read,
    groups: Array.isArray(from.groups) ? from.groups.filter((g) => typeof g === "string").slice(0, maxGroups) : null,
    categories: strings(from.categories, 50),
    langs: Array.isArray(from.langs) ? strings(from.langs, 20) : defaultAlerts.langs,
    quietFrom: read.quietFrom % 1440,
    quietTo: read.quietTo % 1440,
  };
}

/** Settings of anything: each part that is sound is kept, the rest is the default. */
export function readSettings(x: unknown): Settings {
  const from = isObject(x) ? x : {};
  const groups = list(
    from.groups,
    maxGroups,
    (g) => (isObject(g) && idText(g.id) ? { id: idText(g.id), name: text(g.name, 60) || idText(g.id) } : undefined),
    (g) => g.id,
  );
  const favourites = list(from.favourites, maxFavourites, readFavourite, (f) => f.id);
  return {
    prefs: readPrefs(from.prefs),
    filter: { ...readFilter(from.filter), q: "" },
    favourites: favourites.map((f) => (f.group && !groups.some((g) => g.id === f.group) ? { ...f, group: "" } : f)),
    groups,
    hidden: list(from.hidden, maxHidden, readHidden, (h) => h.id),
    alerts: readAlerts(from.alerts),
  };
}
