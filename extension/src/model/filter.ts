// What the reader asked to see, and the test of one entry against it.

import type { Entry } from "./entry.ts";

export type SortKey = "viewers" | "rising" | "started" | "name" | "category";

export interface Filter {
  /** Words, also initials (ㅊㅊㅁ). Not stored. */
  readonly q: string;
  /** Platform ids; empty is all. Likewise the next two. */
  readonly platforms: readonly string[];
  /** Category or group ids. */
  readonly categories: readonly string[];
  /** Language codes; the default is Korean only. "" stands for unknown. */
  readonly langs: readonly string[];
  readonly new: boolean;
  readonly rising: boolean;
  readonly hot: boolean;
  readonly noOfficial: boolean;
  /** Viewers, inclusive; hidden counts do not pass either bound. */
  readonly min: number | null;
  readonly max: number | null;
  readonly sort: SortKey;
  /** Turns the sort's own direction around (most, newest, A first). */
  readonly reverse: boolean;
}

export const defaultFilter: Filter = {
  q: "",
  platforms: [],
  categories: [],
  langs: ["ko"],
  new: false,
  rising: false,
  hot: false,
  noOfficial: false,
  min: null,
  max: null,
  sort: "viewers",
  reverse: false,
};

/** Whether nothing is narrowed beyond the default, whatever the sort. */
export function isDefault(f: Filter): boolean {
  return Object.entries(defaultFilter).every(
    ([k, v]) => k === "sort" || k === "reverse" || String(f[k as keyof Filter] ?? "") === String(v ?? ""),
  );
}

/**
 * The tests, a bit each; an entry is shown when it fails none. Counts on a chip leave the chip's own test out. One constant
 * each, so that the build writes the numbers.
 */
export const failsQuery = 1;
export const failsPlatforms = 2;
export const failsCategories = 4;
export const failsLangs = 8;
export const failsNew = 16;
export const failsRising = 32;
export const failsHot = 64;
export const failsOfficial = 128;
export const failsRange = 256;

/** The tests that an entry fails. found says whether q finds it. */
export function failing(e: Entry, f: Filter, found: boolean): number {
  const c = e.category;
  const v = e.viewers;
  return (
    (found ? 0 : failsQuery) |
    (f.platforms.length && !e.broadcasts.some((b) => f.platforms.includes(b.platform)) ? failsPlatforms : 0) |
    (f.categories.length && !(c && (f.categories.includes(c.id) || f.categories.includes(c.group)))
      ? failsCategories
      : 0) |
    (f.langs.length && !f.langs.includes(e.lang?.code ?? "") ? failsLangs : 0) |
    (f.new && !e.new ? failsNew : 0) |
    (f.rising && !e.rising ? failsRising : 0) |
    (f.hot && !e.hot ? failsHot : 0) |
    (f.noOfficial && e.official ? failsOfficial : 0) |
    ((f.min !== null && !(v !== null && v >= f.min)) || (f.max !== null && !(v !== null && v <= f.max))
      ? failsRange
      : 0)
  );
}
