import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryKeys } from "./entry.ts";
import { favouriteOf, toggled } from "./favourites.ts";
import { learned } from "./learn.ts";
import { moved } from "./manage.ts";
import { sampleEntry } from "./sample.ts";
import type { Favourite } from "./settings.ts";

const person = (id: string, creator: string, platforms: string[] = []) =>
  sampleEntry(id, { creator: { id: creator, name: creator } }, platforms);

describe("a star", () => {
  test("covers every platform of the person", () => {
    const list = toggled([], person("chzzk:1", "c1", ["soop"]));
    expect(list).toEqual([{ id: "c1", name: "c1", keys: ["c1", "chzzk:chzzk-1", "soop:soop-1"], group: "" }]);
    const is = favouriteOf(list);
    expect(is(person("soop:1", "other"))).toBe(list[0]);
    expect(is(person("chzzk:2", "c1"))).toBe(list[0]);
    expect(is(person("chzzk:3", "c3"))).toBeUndefined();
    expect(toggled(list, person("soop:1", "other"))).toEqual([]);
  });

  test("follows when channels are joined under another creator, through any member", () => {
    let list = toggled([], person("chzzk:1", "chzzk:chzzk-1"));
    list = learned(list, [person("chzzk:1", "creator:9", ["soop"])]); // joined: another creator id
    expect(favouriteOf(list)(person("soop:1", "creator:9"))).toBeDefined(); // Chzzk is off
    expect(favouriteOf(list)(person("twitch:5", "creator:9"))).toBeDefined();
    list = learned(list, [person("twitch:5", "creator:9")]);
    expect(favouriteOf(list)(person("twitch:5", "creator:10"))).toBeDefined(); // joined once more
    expect(list.length).toBe(1);
  });

  test("two stars that turn out to be one person become the first", () => {
    const two = toggled(toggled([], person("chzzk:1", "a")), person("soop:2", "b"));
    const joined = {
      ...person("chzzk:1", "ab"),
      broadcasts: [...person("chzzk:1", "ab").broadcasts, ...person("soop:2", "ab").broadcasts],
    };
    const one = learned(two, [joined]);
    expect(one.map((f) => [f.id, f.name])).toEqual([["a", "ab"]]);
    expect(new Set(one[0]?.keys)).toEqual(new Set(["a", "b", "ab", "chzzk:chzzk-1", "soop:soop-2"]));
  });

  test("learning is settled after one look and changes nothing that is known", () => {
    const entries = fc.array(
      fc
        .tuple(fc.constantFrom("chzzk", "soop"), fc.nat(6), fc.constantFrom("x", "y", "z", "w"))
        .map(([p, n, c]) => sampleEntry(`${p}:${n}`, { creator: { id: c, name: "이름" } })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(entries, entries, (starred, seen) => {
        let list: readonly Favourite[] = [];
        for (const e of starred) if (!favouriteOf(list)(e)) list = toggled(list, e);
        let once = learned(list, seen);
        for (let i = 0; i < 8; i++) once = learned(once, seen); // a chain of entries may need a look for each link
        const keys = once.flatMap((f) => f.keys);
        for (const f of list) for (const k of f.keys) expect(keys).toContain(k); // nobody is lost
        for (const e of seen) if (favouriteOf(list)(e)) for (const k of entryKeys(e)) expect(keys).toContain(k);
        expect(learned(once, seen)).toBe(once);
      }),
    );
  });
});

test("moving between groups and places", () => {
  const f = (id: string, group = ""): Favourite => ({ id, name: id, keys: [id], group });
  const list = [f("a"), f("b", "g"), f("c")];
  expect(moved(list, "c", "g", "b").map((o) => o.id + o.group)).toEqual(["a", "cg", "bg"]);
  expect(moved(list, "a", "", null).map((o) => o.id)).toEqual(["b", "c", "a"]);
  expect(moved(list, "zz", "", null)).toBe(list);
  expect(moved(list, "a", "", "a")).toBe(list);
});
