// What only a reader with favourites or hidden things needs; loaded when there are any.

import { type Entry, entryKeys, entryName } from "./entry.ts";
import { toggled } from "./favourites.ts";
import { type Filter, failsLangs, failsOfficial, failsRange, isDefault } from "./filter.ts";
import { maxHidden } from "./limits.ts";
import type { Favourite, FavouriteGroup, HiddenRule, Settings } from "./settings.ts";
import type { Inner } from "./store.ts";

export { favouriteOf } from "./favourites.ts";
export { hider } from "./hide.ts";

/** A star wins over these. */
const overruled = failsLangs | failsOfficial | failsRange;

export interface Part extends FavouriteGroup {
  readonly entries: readonly Entry[];
  /** Those who are not live; only when nothing is filtered. */
  readonly offline: readonly Favourite[];
}

/** The groups in order, last the one without a name, with who is live in each, in the reader's order. */
export function arrange(
  all: readonly Entry[],
  fails: Uint16Array,
  {
    favourites,
    groups,
    filter,
  }: { favourites: readonly Favourite[]; groups: readonly FavouriteGroup[]; filter: Filter },
  favourite: (e: Entry) => Favourite | undefined,
): Part[] {
  const live = new Map<Favourite, Entry[]>();
  const shown = new Map<Favourite, Entry[]>();
  all.forEach((e, i) => {
    const f = favourite(e);
    if (!f) return;
    const passes = !((fails[i] as number) & ~overruled);
    for (const m of passes ? [live, shown] : [live]) m.set(f, [...(m.get(f) ?? []), e]);
  });
  const quiet = isDefault({ ...filter, langs: ["ko"], noOfficial: false, min: null, max: null });
  return [...groups, { id: "", name: "" }].map((g) => {
    const people = favourites.filter((f) => f.group === g.id);
    return {
      ...g,
      entries: people.flatMap((f) => shown.get(f) ?? []),
      offline: quiet ? people.filter((f) => !live.has(f)) : [],
    };
  });
}

/** The star of an entry's person, on or off. */
export function star({ doc, put }: Inner, e: Entry): void {
  const { favourites } = doc().servers[doc().server] as Settings;
  const next = toggled(favourites, e);
  if (next !== favourites)
    put({ favourites: next }, { what: next.length > favourites.length ? "star" : "unstar", name: entryName(e) });
}

/** Hides; for a creator with the entry, so that all channels go. */
export function hide({ doc, put }: Inner, kind: HiddenRule["kind"], value: string, label: string, e?: Entry): void {
  const { hidden } = doc().servers[doc().server] as Settings;
  const id = `${kind}:${value}`;
  const rule = { id, kind, value, label, keys: e ? entryKeys(e) : [] };
  const rest = hidden.filter((h) => h.id !== id).slice(0, maxHidden - 1);
  put({ hidden: [rule, ...rest] }, { what: "hide", name: label });
}
