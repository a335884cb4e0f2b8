import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byViewers, type Entry } from "./entry.ts";
import { defaultFilter, type Filter } from "./filter.ts";
import { pattern } from "./pattern.ts";
import * as personal from "./personal.ts";
import { anyId, anySample, sampleCategory, sampleEntry } from "./sample.ts";
import { finder } from "./search.ts";
import { type Input, Selector } from "./select.ts";
import type { Favourite, HiddenRule } from "./settings.ts";
import { order } from "./sorts.ts";

const input = (entries: readonly Entry[], over: Partial<Input> = {}): Input => ({
  entries: [...entries].sort(byViewers),
  beyond: [],
  filter: { ...defaultFilter, langs: [] },
  favourites: [],
  groups: [],
  hidden: [],
  pinFavourites: false,
  finder,
  order,
  pattern,
  personal,
  ...over,
});

function selector(i: Input): Selector {
  const s = new Selector();
  s.set(i);
  return s;
}

const ids = (s: Selector, column = "all"): string[] => s.select(column).rows.map((r) => r.entry.id);
const star = (name: string, keys: string[], group = ""): Favourite => ({ id: keys[0] as string, name, keys, group });
const rule = (kind: HiddenRule["kind"], value: string, keys: string[] = []): HiddenRule => ({
  id: `${kind}:${value}`,
  kind,
  value,
  label: value,
  keys,
});

const anyEntries = fc
  .uniqueArray(fc.tuple(anyId, anySample), { selector: ([id]) => id, maxLength: 40 })
  .map((list) => list.map(([id, over]) => sampleEntry(id, over)));
const anyFilter: fc.Arbitrary<Filter> = fc.record({
  q: fc.constantFrom("", "ㅊㅊㅁ", "lck", "없는 말"),
  platforms: fc.subarray(["chzzk", "soop", "youtube"]),
  categories: fc.subarray(["talk", "game", "game.minecraft"]),
  langs: fc.subarray(["ko", "en", ""]),
  new: fc.boolean(),
  rising: fc.boolean(),
  hot: fc.boolean(),
  noOfficial: fc.boolean(),
  min: fc.option(fc.nat(1000)),
  max: fc.option(fc.nat(3000)),
  sort: fc.constantFrom("viewers", "rising", "started", "name", "category"),
  reverse: fc.boolean(),
});

/** The filter said plainly. */
function passes(e: Entry, f: Filter): boolean {
  const c = e.category;
  return (
    (finder(f.q)?.(e) ?? true) &&
    (!f.platforms.length || e.broadcasts.some((b) => f.platforms.includes(b.platform))) &&
    (!f.categories.length || (c !== null && [c.id, c.group].some((x) => f.categories.includes(x)))) &&
    (!f.langs.length || f.langs.includes(e.lang?.code ?? "")) &&
    (!f.new || e.new) &&
    (!f.rising || e.rising) &&
    (!f.hot || e.hot) &&
    (!f.noOfficial || !e.official) &&
    (f.min === null || (e.viewers !== null && e.viewers >= f.min)) &&
    (f.max === null || (e.viewers !== null && e.viewers <= f.max))
  );
}

describe("filters and counts", () => {
  test("agree with the filter said plainly, in every order", () => {
    fc.assert(
      fc.property(anyEntries, anyFilter, (entries, filter) => {
        const s = selector(input(entries, { filter }));
        const want = entries.filter((e) => passes(e, filter)).map((e) => e.id);
        expect(new Set(ids(s))).toEqual(new Set(want));
        expect(ids(s).length).toBe(want.length);
        const c = s.counts();
        expect(c.all).toBe(want.length);
        const having = (over: Partial<Filter>, has: (e: Entry) => boolean) =>
          entries.filter((e) => has(e) && passes(e, { ...filter, ...over })).length;
        for (const p of ["chzzk", "soop", "twitch"])
          expect(c.platforms[p] ?? 0).toBe(
            having({ platforms: [] }, (e) => e.broadcasts.some((b) => b.platform === p)),
          );
        for (const l of ["ko", "", "ja"])
          expect(c.langs[l] ?? 0).toBe(having({ langs: [] }, (e) => (e.lang?.code ?? "") === l));
        for (const id of ["talk", "game.minecraft"])
          expect(c.categories.find((x) => x.id === id)?.entries ?? 0).toBe(
            having({ categories: [] }, (e) => e.category?.id === id),
          );
        expect(c.new).toBe(having({ new: false }, (e) => e.new));
        expect(c.rising).toBe(having({ rising: false }, (e) => e.rising));
        expect(c.hot).toBe(having({ hot: false }, (e) => e.hot));
        expect(c.unofficial).toBe(having({ noOfficial: false }, (e) => !e.official));
      }),
    );
  });

  test("what the server found beyond the set is listed once, in its place", () => {
    const [a, b, c] = [
      sampleEntry("chzzk:1", { viewers: 9 }),
      sampleEntry("chzzk:2", { viewers: 5 }),
      sampleEntry("chzzk:3", { viewers: 7 }),
    ];
    expect(ids(selector(input([a, b], { beyond: [b, c] })))).toEqual(["chzzk:1", "chzzk:3", "chzzk:2"]);
  });
});

describe("order", () => {
  const list = [
    sampleEntry("chzzk:1", {
      viewers: 100,
      started_at: "2026-11-23T10:00:00Z",
      creator: { id: "1", name: "나" },
      trend: [100, ...Array(14).fill(100), 100],
      category: sampleCategory("talk", "Talk", "토크"),
    }),
    sampleEntry("chzzk:2", {
      viewers: 300,
      started_at: "2026-11-23T09:00:00Z",
      creator: { id: "2", name: "가" },
      trend: [100, ...Array(14).fill(100), 300],
      category: sampleCategory("game", "Game", "게임"),
    }),
    sampleEntry("chzzk:3", { viewers: null, started_at: null, creator: { id: "3", name: "다" } }),
    sampleEntry("chzzk:4", {
      viewers: 200,
      started_at: "2026-11-23T11:00:00Z",
      creator: { id: "4", name: "Abc" },
      trend: [400, 400, 400, 200],
      trend_step: 5,
    }),
  ];
  test.each([
    ["viewers", false, [2, 4, 1, 3]],
    ["viewers", true, [1, 4, 2, 3]],
    ["started", false, [4, 1, 2, 3]],
    ["started", true, [2, 1, 4, 3]],
    ["name", false, [4, 2, 1, 3]],
    ["name", true, [3, 1, 2, 4]],
    ["rising", false, [2, 1, 4, 3]],
    ["rising", true, [4, 1, 2, 3]],
    ["category", false, [2, 1, 4, 3]],
  ] as const)("%s, reverse %s", (sort, reverse, want) => {
    expect(ids(selector(input(list, { filter: { ...defaultFilter, sort, reverse } })))).toEqual(
      want.map((n) => `chzzk:${n}`),
    );
  });

  test("without the orders' code the ranking's order is shown", () => {
    expect(ids(selector(input(list, { filter: { ...defaultFilter, sort: "name" }, order: undefined })))).toEqual(
      [2, 4, 1, 3].map((n) => `chzzk:${n}`),
    );
  });
});

describe("ranks", () => {
  const list = [
    sampleEntry("chzzk:1", { viewers: 50, rank: 1, rank_change: 3 }),
    sampleEntry("soop:2", { viewers: 40, rank: 2, rank_change: -1 }),
    sampleEntry("chzzk:3", {
      viewers: 30,
      rank: 3,
      rank_change: null,
      lang: { code: "ja", reason: "title", confidence: 9 },
    }),
    sampleEntry("chzzk:4", { viewers: 20, rank: 4, rank_change: 2 }),
  ];
  const shown = (s: Selector, column: string) => s.select(column).rows.map((r) => [r.entry.id, r.rank, r.move]);

  test("are the server's when nothing is left out", () => {
    expect(shown(selector(input(list)), "all")).toEqual([
      ["chzzk:1", 1, 3],
      ["soop:2", 2, -1],
      ["chzzk:3", 3, null],
      ["chzzk:4", 4, 2],
    ]);
  });
  test("count within the column and the chosen languages, whatever else is filtered", () => {
    const filter = { ...defaultFilter, max: 20 };
    const s = selector(input(list, { filter }));
    expect(shown(s, "all")).toEqual([["chzzk:4", 3, 3]]);
    expect(shown(s, "p:chzzk")).toEqual([["chzzk:4", 2, 0]]);
  });
  test("move on with the viewers between two fetches", () => {
    const [a, b, ...rest] = list as [Entry, Entry, Entry, Entry];
    expect(shown(selector(input([{ ...a, viewers: 35 }, b, ...rest])), "all").slice(0, 2)).toEqual([
      ["soop:2", 1, 0],
      ["chzzk:1", 2, 2],
    ]);
  });
});

describe("columns", () => {
  const merged = sampleEntry("chzzk:1", { viewers: 30, category: sampleCategory("game.minecraft") }, ["soop"]);
  const list = [
    merged,
    sampleEntry("soop:2", { viewers: 20, category: sampleCategory("game.lol") }),
    sampleEntry("soop:3", { viewers: 10 }),
  ];

  test("a platform's, a category's and a group's", () => {
    const s = selector(input(list));
    expect(ids(s, "p:soop")).toEqual(["chzzk:1", "soop:2", "soop:3"]);
    expect(ids(s, "p:chzzk")).toEqual(["chzzk:1"]);
    expect(ids(s, "c:game.lol")).toEqual(["soop:2"]);
    expect(ids(s, "c:game")).toEqual(["chzzk:1", "soop:2"]);
    expect(ids(s, "nonsense")).toEqual([]);
    expect(s.select("p:soop").viewers).toBe(60);
  });

  test("favourites stand in groups, in their own order, with those who are not live", () => {
    const favourites = [
      star("셋", ["soop:soop-3"]),
      star("하나", ["soop:soop-1", "x"], "g1"),
      star("없음", ["nobody"], "g1"),
    ];
    const s = selector(input(list, { favourites, groups: [{ id: "g1", name: "친구" }] }));
    const { rows, groups } = s.select("fav");
    expect(rows).toEqual(groups.flatMap((g) => g.rows));
    expect(rows.map((r) => r.rank)).toEqual([1, 3]);
    expect(groups.map((g) => [g.id, g.rows.map((r) => r.entry.id), g.offline.map((f) => f.name)])).toEqual([
      ["g1", ["chzzk:1"], ["없음"]],
      ["", ["soop:3"], []],
    ]);
    expect(s.select("all").rows.map((r) => r.favourite)).toEqual([true, false, true]);
  });

  test("a star wins over language, hidden rules, official and range, not over the rest", () => {
    const e = sampleEntry("soop:9", {
      lang: { code: "en", reason: "title", confidence: 9 },
      official: true,
      viewers: 1,
    });
    const favourites = [star("x", [e.creator.id])];
    const filter = { ...defaultFilter, noOfficial: true, min: 100 };
    const hidden = [rule("creator", e.creator.id)];
    expect(ids(selector(input([e], { favourites, filter, hidden })), "fav")).toEqual(["soop:9"]);
    expect(ids(selector(input([e], { favourites, filter, hidden })))).toEqual([]);
    expect(ids(selector(input([e], { favourites, filter: { ...filter, q: "없음" } })), "fav")).toEqual([]);
  });

  test("pinned favourites come first with their true ranks", () => {
    const s = selector(input(list, { favourites: [star("셋", ["soop:soop-3"])], pinFavourites: true }));
    expect(s.select("all").rows.map((r) => [r.entry.id, r.rank])).toEqual([
      ["soop:3", 3],
      ["chzzk:1", 1],
      ["soop:2", 2],
    ]);
  });

  test("rows that did not change are the same objects", () => {
    const s = selector(input(list));
    const before = s.select("all").rows;
    const [a, b, c] = list as [Entry, Entry, Entry];
    s.set(input([a, { ...b, viewers: 21 }, c]));
    const after = s.select("all").rows;
    expect(after.map((r, i) => r === before[i])).toEqual([true, false, true]);
    expect(s.select("all").rows).toBe(after);
  });
});

describe("hidden", () => {
  const list = [
    sampleEntry("chzzk:1", { title: "재방송 모음", category: sampleCategory("game.lol") }),
    sampleEntry("soop:2", { title: "[광고] 신작" }, ["chzzk"]),
    sampleEntry("soop:3", { title: "ＡＳＭＲ" }),
  ];
  test.each([
    [rule("category", "game.lol"), [2, 3]],
    [rule("category", "game"), [2, 3]],
    [rule("creator", "someone", ["chzzk:chzzk-2"]), [1, 3]],
    [rule("keyword", "asmr"), [1, 2]],
    [rule("keyword", "닭"), [1, 2, 3]],
    [rule("regexp", "^\\[광고|재방송"), [3]],
    [rule("regexp", "(?=x)"), [1, 2, 3]],
  ] as const)("$id", (hide, left) => {
    const s = selector(input(list, { hidden: [hide] }));
    expect(new Set(ids(s))).toEqual(new Set(left.map((n) => list[n - 1]?.id)));
    expect(s.counts().hidden).toBe(3 - left.length);
    expect(s.counts().all).toBe(left.length);
  });
});
