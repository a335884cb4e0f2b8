import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Doc, freshDoc, seal, unseal, version, withSettings } from "./doc.ts";
import { readDoc } from "./readdoc.ts";
import { readSettings } from "./readsettings.ts";
import { defaultSettings } from "./settings.ts";
import { cut, incoming, outgoing } from "./sync.ts";
import { exported, imported } from "./transfer.ts";

const server = "https://onair.example";

/** One file for each version of the stored form that was ever written, by the program of its day. */
const folder = new URL("./testdata/", import.meta.url);
const stored = (v: number): unknown => JSON.parse(readFileSync(new URL(`settings.v${v}.json`, folder), "utf8"));

const anyDoc: fc.Arbitrary<Doc> = fc
  .record({
    favourites: fc.array(
      fc.record({
        id: fc.string({ minLength: 1 }),
        name: fc.string({ unit: "grapheme" }),
        keys: fc.array(fc.string({ minLength: 1 })),
        group: fc.constantFrom("", "g1", "none"),
      }),
    ),
    groups: fc.constantFrom([], [{ id: "g1", name: "친구" }]),
    hidden: fc.array(
      fc.record({
        kind: fc.constantFrom("creator", "category", "keyword", "regexp"),
        value: fc.string({ minLength: 1 }),
        label: fc.string(),
        keys: fc.constant([]),
      }),
    ),
    prefs: fc.record({
      theme: fc.constantFrom("dark", "light"),
      columns: fc.array(fc.record({ id: fc.constantFrom("all", "fav", "p:soop", "c:talk"), hidden: fc.boolean() })),
    }),
  })
  .map((s) => ({ ...withSettings(freshDoc(server), readSettings(s)), edited: 5 }));

describe("stored settings", () => {
  test("there is a stored form of every version", () => {
    const have = readdirSync(folder).filter((n) => n.startsWith("settings.v"));
    expect(have.length).toBe(version);
  });

  test.each(Array.from({ length: version }, (_, i) => i + 1))("of version %i are read in full", (v) => {
    const { doc, damaged, newer } = readDoc(stored(v), server);
    expect({ damaged, newer }).toEqual({ damaged: false, newer: false });
    const s = doc.servers["https://my.example"];
    expect(doc.v).toBe(version);
    expect(doc.server).toBe("https://my.example");
    expect(Object.keys(doc.servers)).toEqual(["http://127.0.0.1:8080", "https://my.example"]);
    expect(s?.prefs).toMatchObject({ theme: "dark", density: "compact", lang: "en", open: "current" });
    expect(s?.prefs.columns).toEqual([
      { id: "fav", hidden: false },
      { id: "all", hidden: false },
      { id: "p:soop", hidden: true },
    ]);
    expect(s?.favourites).toEqual([{ id: "chzzk:abc", name: "침착맨", keys: ["chzzk:abc", "creator:1"], group: "g1" }]);
    expect(s?.hidden.map((h) => h.id)).toEqual(["category:game", "regexp:^\\[광고"]);
    expect(s?.alerts).toMatchObject({ on: true, over: 10000, quietFrom: 1380, quietTo: 420 });
    expect(s?.filter).toMatchObject({ langs: [], sort: "rising", q: "" });
  });

  test("anything is read without a throw, and what was read is sound", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.json().map((s) => JSON.parse(s)),
          fc.record({ servers: fc.dictionary(fc.constantFrom(server, "", "evil"), fc.anything()) }),
        ),
        (x) => {
          const { doc } = readDoc(x, server);
          const again = readDoc(JSON.parse(JSON.stringify(doc)), server);
          expect(again.doc).toEqual(doc);
          expect(again.damaged).toBe(false);
          expect(doc.servers[doc.server]).toBeDefined();
        },
      ),
    );
  });

  test("of damaged ones what is sound is kept, and said", () => {
    const good = stored(1) as { servers: Record<string, Record<string, unknown>> };
    const mine = good.servers["https://my.example"] as Record<string, unknown>;
    mine.favourites = [...(mine.favourites as unknown[]), 5, { keys: "x" }, null];
    (mine.prefs as Record<string, unknown>).theme = "purple";
    mine.hidden = "gone";
    mine.alerts = { on: true, cooldown: -3 };
    const { doc, damaged } = readDoc(good, server);
    const s = doc.servers["https://my.example"];
    expect(damaged).toBe(true);
    expect(s?.favourites.length).toBe(1);
    expect(s?.prefs).toMatchObject({ theme: "system", density: "compact" });
    expect(s?.hidden).toEqual([]);
    expect(s?.alerts).toMatchObject({ on: true, cooldown: 10 });
  });

  test("text with a broken seal, a cut text, no text", () => {
    const doc = { ...freshDoc(server), edited: 3 };
    const text = seal(doc);
    expect(readDoc(text, "x").doc).toEqual(doc);
    expect(unseal(text.replace("system", "purple"))).toBeUndefined();
    expect(readDoc(text.replace('"system"', '"purple"'), server)).toMatchObject({ damaged: true, doc: { edited: 3 } });
    expect(readDoc(text.slice(0, -5), server)).toMatchObject({ damaged: true, doc: freshDoc(server) });
    expect(readDoc(undefined, server)).toEqual({ doc: freshDoc(server), damaged: false, newer: false });
  });

  test("of a later version what is understood is kept", () => {
    const later = { ...(stored(1) as object), v: 99, more: { things: 1 } };
    expect(readDoc(later, server)).toMatchObject({
      newer: true,
      damaged: false,
      doc: { server: "https://my.example" },
    });
  });

  test("prototypes are not reached", () => {
    const evil = JSON.parse(
      '{"v":1,"server":"__proto__","servers":{"__proto__":{"prefs":{"theme":"dark"}},"constructor":{}}}',
    );
    const { doc } = readDoc(evil, server);
    expect(Object.keys(doc.servers)).toEqual([server]);
    expect(({} as Record<string, unknown>).prefs).toBeUndefined();
  });
});

describe("sync", () => {
  const size = (items: Record<string, unknown>) =>
    Object.entries(items).map(([k, v]) => new TextEncoder().encode(k + JSON.stringify(v)).length);

  test("goes out within the browser's limits and comes back whole", () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        const out = outgoing(doc, { s0: "old", s99: "old", head: {} });
        expect(out).toBeDefined();
        const sizes = size(out?.items ?? {});
        expect(Math.max(...sizes)).toBeLessThanOrEqual(8192);
        expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(102_400);
        expect(out?.drop).toContain("s99");
        expect(incoming(out?.items ?? {}, freshDoc(server))).toEqual(doc);
      }),
    );
  });

  test("any text is cut and joined, never inside a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("가", "😀", '"', "a", "\\"), maxLength: 6000, size: "max" }),
        (text) => {
          const items = cut(text);
          if (!items) return;
          expect(
            Object.keys(items)
              .map((_, i) => items[`s${i}`])
              .join(""),
          ).toBe(text);
          for (const s of Object.values(items)) expect(s.isWellFormed()).toBe(true);
          expect(Math.max(0, ...size(items))).toBeLessThanOrEqual(8192);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("too many settings are not sent; half of them, older ones and our own are not taken", () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      id: `chzzk:${"0".repeat(90)}${i}`,
      name: "이름",
      keys: [`chzzk:${"0".repeat(90)}${i}`],
      group: "",
    }));
    expect(outgoing(withSettings(freshDoc(server), { favourites: many }), {})).toBeUndefined();
    const doc = { ...withSettings(freshDoc(server), { favourites: many.slice(0, 100) }), edited: 9 };
    const items: Record<string, unknown> = outgoing(doc, {})?.items ?? {};
    expect(Object.keys(items).length).toBeGreaterThan(3);
    const { s1: _, ...half } = items;
    expect(incoming(half, freshDoc(server))).toBeUndefined();
    expect(incoming({ ...items, s1: "x" }, freshDoc(server))).toBeUndefined();
    expect(incoming(items, { ...freshDoc(server), edited: 9 })).toBeUndefined();
    expect(incoming({}, freshDoc(server))).toBeUndefined();
  });

  test("the server in use stays ours", () => {
    const theirs = { ...freshDoc("https://theirs.example"), edited: 9 };
    const ours = freshDoc(server);
    expect(incoming(outgoing(theirs, {})?.items ?? {}, ours)).toMatchObject({
      server,
      servers: { "https://theirs.example": {}, [server]: {} },
    });
  });
});

describe("one file", () => {
  test("out and in", () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        const back = imported(exported(doc), freshDoc(server));
        expect(typeof back === "string" ? back : back.servers).toEqual(doc.servers);
      }),
    );
  });
  test.each([
    ["", "syntax"],
    ["{", "syntax"],
    ["5", "notOnair"],
    ['{"onair":"list"}', "notOnair"],
    ['{"onair":"settings","v":1,"servers":{}}', "notOnair"],
    ['{"onair":"settings","v":99,"servers":{"":{}}}', "newer"],
    [" ".repeat(5_000_000), "large"],
  ])("%.40s is refused: %s", (text, why) => {
    expect(imported(text, freshDoc(server))).toBe(why);
  });
  test("a file does not choose whom the browser talks to, but its settings are taken", () => {
    const theirs = withSettings(freshDoc("https://evil.example"), {
      prefs: { ...defaultSettings.prefs, theme: "light" },
    });
    const got = imported(exported(theirs), freshDoc(server)) as Doc;
    expect(got.server).toBe(server);
    expect(got.servers[server]?.prefs.theme).toBe("light");
  });
});
