import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultFilter, type Filter, isDefault } from "./filter.ts";
import { decodeFilter, encodeFilter, readFilter, serverQuery, sortKeys } from "./filtercode.ts";
import { readHash, writeHash } from "./hash.ts";

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/), { maxLength: 5 });
const anyFilter: fc.Arbitrary<Filter> = fc.record({
  q: fc.string({ unit: "grapheme", maxLength: 20 }).map((s) => s.slice(0, 100)),
  platforms: ids,
  categories: ids,
  langs: ids,
  new: fc.boolean(),
  rising: fc.boolean(),
  hot: fc.boolean(),
  noOfficial: fc.boolean(),
  min: fc.option(fc.nat(20_000_000)),
  max: fc.option(fc.nat(20_000_000)),
  sort: fc.constantFrom(...sortKeys),
  reverse: fc.boolean(),
});

test("a filter survives the address", () => {
  fc.assert(
    fc.property(anyFilter, fc.constantFrom("", "settings", "settings/alerts"), (f, route) => {
      const wellFormed = { ...f, q: f.q.toWellFormed() };
      expect(decodeFilter(encodeFilter(wellFormed))).toEqual(wellFormed);
      const back = readHash(writeHash(route, wellFormed));
      expect(back.route).toBe(route);
      expect(back.filter ?? defaultFilter).toEqual(wellFormed);
    }),
  );
});

test("any address gives a sound filter", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (s) => {
      const { filter } = readHash(`#?${s}`);
      expect(readFilter(filter)).toEqual(filter);
    }),
  );
  expect(readHash("#<script>?q=a").route).toBe("");
  expect(decodeFilter("min=-3&max=1e99&sort=evil&platforms=a,a").platforms).toEqual(["a"]);
  expect(decodeFilter("min=-3&max=1e99&sort=evil")).toEqual(defaultFilter);
});

test("any stored value gives a sound filter", () => {
  fc.assert(fc.property(fc.anything(), (x) => void expect(readFilter(readFilter(x))).toEqual(readFilter(x))));
});

test("the default says nothing, and an order narrows nothing", () => {
  expect(encodeFilter(defaultFilter)).toBe("");
  expect(isDefault({ ...defaultFilter, sort: "name", reverse: true })).toBe(true);
  for (const f of [{ q: "a" }, { langs: [] }, { min: 0 }, { hot: true }, { platforms: ["soop"] }])
    expect(isDefault({ ...defaultFilter, ...f })).toBe(false);
});

test("the server is asked the same question", () => {
  const f: Filter = {
    ...defaultFilter,
    q: " ㅊㅊㅁ ",
    platforms: ["soop", "chzzk"],
    noOfficial: true,
    min: 10,
    new: true,
  };
  expect(serverQuery(f)).toBe(
    "q=%E3%85%8A%E3%85%8A%E3%85%81&platform=soop&platform=chzzk&lang=ko&new=true&official=false&min_viewers=10",
  );
  expect(serverQuery({ ...defaultFilter, langs: ["ko", ""] })).toBe("");
});
