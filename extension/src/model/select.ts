// From the set to what a column shows: filter, order, ranks, counts. All of it is worked out over the whole set at every
// change, in linear passes over one sorted list; rows that did not change stay the same objects.

import type { Category } from "./api.ts";
import { byViewers, type Entry } from "./entry.ts";
import {
  type Filter,
  failing,
  failsCategories,
  failsHot,
  failsLangs,
  failsNew,
  failsOfficial,
  failsPlatforms,
  failsRising,
} from "./filter.ts";
import type { pattern } from "./pattern.ts";
import type * as personal from "./personal.ts";
import type { finder } from "./search.ts";
import type { Favourite, FavouriteGroup, HiddenRule } from "./settings.ts";
import type { order } from "./sorts.ts";

export interface Row {
  readonly key: string;
  readonly entry: Entry;
  /** Place by viewers in the column, among the languages chosen, whatever else is filtered; in `fav` that of `all`, 0 without. */
  readonly rank: number;
  /** Places won (+) or lost (−) in 15 minutes; null when it was not live then. */
  readonly move: number | null;
  readonly favourite: boolean;
  /** Ended while its place is held (freeze). */
  readonly gone: boolean;
}

export interface Group extends FavouriteGroup {
  readonly rows: readonly Row[];
  /** Those who are not live, in their order; only when nothing is filtered. */
  readonly offline: readonly Favourite[];
}

export interface Selection {
  readonly rows: readonly Row[];
  /** Rows, and their known viewers. */
  readonly total: number;
  readonly viewers: number;
  /** Of `fav` only: the groups in order, last the one without a name. */
  readonly groups: readonly Group[];
}

export interface CategoryCount extends Pick<Category, "id" | "name" | "name_ko" | "group"> {
  readonly entries: number;
  readonly viewers: number;
}

/** How many of each. */
export type Tally = Readonly<Record<string, number>>;

/** How many entries there would be with a chip pressed: all other filters hold, those of the same kind do not. */
export interface Counts {
  /** Shown now. */
  readonly all: number;
  readonly platforms: Tally;
  /** Most viewers first. */
  readonly categories: readonly CategoryCount[];
  /** By language code; "" is unknown. */
  readonly langs: Tally;
  readonly new: number;
  readonly rising: number;
  readonly hot: number;
  readonly unofficial: number;
  /** Taken out by the hidden rules. */
  readonly hidden: number;
}

export interface Input {
  readonly entries: readonly Entry[];
  readonly beyond: readonly Entry[];
  readonly filter: Filter;
  readonly favourites: readonly Favourite[];
  readonly groups: readonly FavouriteGroup[];
  readonly hidden: readonly HiddenRule[];
  readonly pinFavourites: boolean;
  /** Loaded when they are first needed; without them nothing is starred, hidden, searched, sorted or matched. */
  readonly personal?: typeof personal | undefined;
  readonly finder?: typeof finder | undefined;
  readonly order?: typeof order | undefined;
  readonly pattern?: typeof pattern | undefined;
}

/** Whether rows stand otherwise than by viewers, most first, which is how they come. */
export const needsOrder = (f: Filter): boolean => f.sort !== "viewers" || f.reverse;

interface Base {
  all: readonly Entry[];
  fails: Uint16Array;
  hidden: Uint8Array;
  /** Entries in the chosen languages. */
  ranked: readonly Entry[];
  counts: Counts;
}

/** Works out columns for one set of inputs after the other. */
export class Selector {
  #input: Input | undefined;
  #base: Base | undefined;
  #columns = new Map<string, Selection>();
  #rows = new Map<string, Map<string, Row>>();
  #hides: (e: Entry) => boolean = () => false;
  #favourite: (e: Entry) => Favourite | undefined = () => undefined;

  /** Takes new inputs; what was worked out for equal ones is kept. */
  set(input: Input): void {
    const old = this.#input;
    const { personal } = input;
    const other = (k: keyof Input) => old?.[k] !== input[k];
    if (old && !(Object.keys(input) as (keyof Input)[]).some(other)) return;
    if (personal && (other("hidden") || other("pattern") || other("personal")))
      this.#hides = personal.hider(input.hidden, input.pattern);
    if (personal && (other("favourites") || other("personal")))
      this.#favourite = personal.favouriteOf(input.favourites);
    this.#input = input;
    this.#base = undefined;
    this.#columns.clear();
  }

  counts(): Counts {
    return this.#prepare().counts;
  }

  select(column: string): Selection {
    const base = this.#prepare();
    const made = this.#columns.get(column) ?? (column === "fav" ? this.#favourites(base) : this.#column(column, base));
    this.#columns.set(column, made);
    return made;
  }

  /** The columns that were ever asked for. */
  drawn(): string[] {
    return [...this.#rows.keys()];
  }

  #prepare(): Base {
    if (this.#base) return this.#base;
    const input = this.#input as Input;
    const { filter } = input;
    const ids = new Set(input.beyond.length ? input.entries.map((e) => e.id) : []);
    const all = input.beyond.length
      ? [...input.entries, ...input.beyond.filter((e) => !ids.has(e.id))].sort(byViewers)
      : input.entries;
    const find = filter.q ? input.finder?.(filter.q) : undefined;
    const fails = new Uint16Array(all.length);
    const hidden = new Uint8Array(all.length);
    for (let i = 0; i < all.length; i++) {
      const e = all[i] as Entry;
      fails[i] = failing(e, filter, find?.(e) ?? true);
      hidden[i] = this.#hides(e) ? 1 : 0;
    }
    this.#base = {
      all,
      fails,
      hidden,
      ranked: all.filter((_, i) => !((fails[i] as number) & failsLangs)),
      counts: count(all, fails, hidden),
    };
    return this.#base;
  }

  #column(id: string, base: Base): Selection {
    const { filter, pinFavourites, order } = this.#input as Input;
    const value = id.slice(2);
    const member = (e: Entry): boolean =>
      id === "all" ||
      (id.startsWith("p:") && e.broadcasts.some((b) => b.platform === value)) ||
      (id.startsWith("c:") && e.category !== null && (e.category.id === value || e.category.group === value));
    const ranks = ranking(id === "all" ? base.ranked : base.ranked.filter(member), id === "all" ? base.all : []);
    const shown = base.all.filter((e, i) => base.fails[i] === 0 && !base.hidden[i] && member(e));
    let sorted = order && needsOrder(filter) ? order(shown, filter) : shown;
    if (pinFavourites && id === "all") {
      const starred = sorted.filter((e) => this.#favourite(e));
      if (starred.length) sorted = [...starred, ...sorted.filter((e) => !this.#favourite(e))];
    }
    return this.#selection(id, sorted, ranks, []);
  }

  #favourites(base: Base): Selection {
    const input = this.#input as Input;
    const parts = input.personal?.arrange(base.all, base.fails, input, this.#favourite) ?? [];
    const entries = parts.flatMap((p) => p.entries);
    const all = this.#selection("fav", entries, ranking(base.ranked, base.all), []);
    let to = 0;
    const groups = parts.map(({ entries, ...part }) => {
      const from = to;
      to += entries.length;
      return { ...part, rows: all.rows.slice(from, to) };
    });
    return { ...all, groups };
  }

  #selection(column: string, entries: readonly Entry[], ranks: Ranks, groups: readonly Group[]): Selection {
    const before = this.#rows.get(column);
    const kept = new Map<string, Row>();
    let viewers = 0;
    const rows = entries.map((entry) => {
      const { key } = entry;
      const rank = ranks.now.get(entry) ?? 0;
      const then = ranks.then.get(entry);
      const move = then === undefined || !rank ? null : then - rank;
      const favourite = this.#favourite(entry) !== undefined;
      const old = before?.get(key);
      const row =
        old && old.entry === entry && old.rank === rank && old.move === move && old.favourite === favourite
          ? old
          : { key, entry, rank, move, favourite, gone: false };
      kept.set(key, row);
      viewers += entry.viewers ?? 0;
      return row;
    });
    this.#rows.set(column, kept);
    return { rows, total: rows.length, viewers, groups };
  }
}

interface Ranks {
  now: Map<Entry, number>;
  then: Map<Entry, number>;
}

/**
 * Places now and 15 minutes ago among the members (sorted by viewers). Those who ended since are not there to be counted;
 * for the unified ranking whole is the full set, whose gaps in the ranks of then tell how many they were.
 */
function ranking(members: readonly Entry[], whole: readonly Entry[]): Ranks {
  const now = new Map(members.map((e, i) => [e, i + 1]));
  const then = new Map<Entry, number>();
  const past = (list: readonly Entry[]) =>
    list.filter((e) => e.was !== null).sort((a, b) => (a.was as number) - (b.was as number));
  const vanished = new Map(past(whole).map((e, i) => [e, (e.was as number) - i - 1]));
  past(members).forEach((e, i) => {
    then.set(e, i + 1 + (vanished.get(e) ?? 0));
  });
  return { now, then };
}

function count(all: readonly Entry[], fails: Uint16Array, hidden: Uint8Array): Counts {
  // Without a prototype: names come from the server.
  const platforms: Record<string, number> = Object.create(null);
  const langs: Record<string, number> = Object.create(null);
  const categories = new Map<string, { c: Category; entries: number; viewers: number }>();
  const out = { all: 0, new: 0, rising: 0, hot: 0, unofficial: 0, hidden: 0 };
  const add = (to: Record<string, number>, k: string) => {
    to[k] = (to[k] ?? 0) + 1;
  };
  for (let i = 0; i < all.length; i++) {
    const e = all[i] as Entry;
    const f = fails[i] as number;
    if (hidden[i]) {
      if (!f) out.hidden++;
      continue;
    }
    if (!f) out.all++;
    if (!(f & ~failsPlatforms)) for (const b of e.broadcasts) add(platforms, b.platform);
    if (!(f & ~failsLangs)) add(langs, e.lang?.code ?? "");
    if (e.new && !(f & ~failsNew)) out.new++;
    if (e.rising && !(f & ~failsRising)) out.rising++;
    if (e.hot && !(f & ~failsHot)) out.hot++;
    if (!e.official && !(f & ~failsOfficial)) out.unofficial++;
    const c = e.category;
    if (c && !(f & ~failsCategories)) {
      const known = categories.get(c.id);
      if (known) {
        known.entries++;
        known.viewers += e.viewers ?? 0;
      } else categories.set(c.id, { c, entries: 1, viewers: e.viewers ?? 0 });
    }
  }
  const list = [...categories.values()].map(({ c, entries, viewers }) => ({
    id: c.id,
    name: c.name,
    name_ko: c.name_ko,
    group: c.group,
    entries,
    viewers,
  }));
  list.sort((a, b) => b.viewers - a.viewers || b.entries - a.entries || (a.id < b.id ? -1 : 1));
  return { ...out, platforms, categories: list, langs };
}
