// What the list tells about favourites.

import { type Entry, entryKeys } from "./entry.ts";
import { maxKeys } from "./limits.ts";
import type { Favourite } from "./settings.ts";

/**
 * The list with what the entries tell: new channels and creator ids of a person, a new name; two stars that turn out to be
 * one person become the first. The same list when there is nothing new.
 */
export function learned(favourites: readonly Favourite[], entries: readonly Entry[]): readonly Favourite[] {
  if (!favourites.length) return favourites;
  const out = [...favourites];
  const byKey = new Map<string, number>();
  favourites.forEach((f, i) => {
    for (const k of f.keys) if (!byKey.has(k)) byKey.set(k, i);
  });
  let changed = false;
  for (const e of entries) {
    let direct = byKey.has(e.creator.id);
    for (const b of direct ? [] : e.broadcasts) direct ||= byKey.has(`${b.platform}:${b.channel.id}`);
    if (!direct) continue;
    const keys = entryKeys(e);
    const at = Math.min(...keys.map((k) => byKey.get(k) ?? Infinity));
    const into = out[at] as Favourite;
    const others = new Set(keys.map((k) => byKey.get(k)).filter((i) => i !== undefined && i !== at)) as Set<number>;
    const all = new Set(into.keys);
    for (const i of others) for (const k of (out[i] as Favourite).keys) all.add(k);
    for (const k of keys) all.add(k);
    const merged = [...all].slice(0, maxKeys);
    const name = e.creator.name || into.name;
    if (merged.length === into.keys.length && name === into.name && !others.size) continue;
    changed = true;
    out[at] = { ...into, name, keys: merged };
    for (const k of merged) byKey.set(k, at);
    for (const i of others) {
      out[i] = { ...(out[i] as Favourite), keys: [] };
      for (const [k, j] of byKey) if (j === i) byKey.delete(k);
    }
  }
  return changed ? out.filter((f) => f.keys.length) : favourites;
}
