// Favourites are people: a star holds every name under which a person was seen (creator ids and channels), so that it
// follows when channels are joined under another creator.

import { type Entry, entryKeys, entryName } from "./entry.ts";
import { maxFavourites, maxKeys } from "./limits.ts";
import type { Favourite } from "./settings.ts";

/** Finds the favourite behind an entry. */
export function favouriteOf(favourites: readonly Favourite[]): (e: Entry) => Favourite | undefined {
  if (!favourites.length) return () => undefined;
  const byKey = new Map<string, Favourite>();
  for (const f of favourites) for (const k of f.keys) if (!byKey.has(k)) byKey.set(k, f);
  return (e) => {
    let found = byKey.get(e.creator.id);
    for (const b of found ? [] : e.broadcasts) found ??= byKey.get(`${b.platform}:${b.channel.id}`);
    return found;
  };
}

/** The list with the entry's person added at its end, or removed. */
export function toggled(favourites: readonly Favourite[], e: Entry): readonly Favourite[] {
  const f = favouriteOf(favourites)(e);
  if (f) return favourites.filter((o) => o !== f);
  if (favourites.length >= maxFavourites) return favourites;
  const keys = entryKeys(e).slice(0, maxKeys);
  return [...favourites, { id: keys[0] as string, name: entryName(e), keys, group: "" }];
}
