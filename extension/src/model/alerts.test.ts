import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertInput, type AlertMemory, decide, isQuiet, readMemory } from "./alerts.ts";
import type { Entry } from "./entry.ts";
import { anyId, anySample, sampleCategory, sampleEntry } from "./sample.ts";
import { type AlertRules, defaultAlerts, defaultSettings, type Favourite } from "./settings.ts";

const minute = 60_000;
const start = Date.parse("2026-11-23T12:00:00Z");
const justNow = new Date(start).toISOString();

const star = (id: string, group = ""): Favourite => ({ id, name: id, keys: [id], group });

/** Looks once a minute, as the worker does. */
class Watcher {
  memory: AlertMemory | undefined;
  now = start;
  constructor(
    private rules: Partial<AlertRules>,
    private favourites: readonly Favourite[] = [],
    private over: Partial<AlertInput> = {},
  ) {}
  set(rules: Partial<AlertRules>, favourites = this.favourites): void {
    this.rules = { ...this.rules, ...rules };
    this.favourites = favourites;
  }
  look(entries: readonly Entry[], after = minute): string[] {
    this.now += after;
    const settings = {
      ...defaultSettings,
      favourites: this.favourites,
      alerts: { ...defaultAlerts, on: true, langs: [], ...this.rules },
    };
    const input = {
      memory: this.memory,
      entries,
      asOf: this.now,
      settings,
      now: this.now,
      minuteOfDay: 12 * 60,
      allowed: true,
      ...this.over,
    };
    const { memory, show } = decide(input);
    this.memory = readMemory(JSON.parse(JSON.stringify(memory)));
    return show.map((m) => `${m.why} ${m.name}`);
  }
}

const entry = (id: string, over = {}, platforms: string[] = []) =>
  sampleEntry(id, { creator: { id, name: id }, started_at: justNow, ...over }, platforms);

describe("favourites", () => {
  test("are announced when they go live, once", () => {
    const w = new Watcher({}, [star("chzzk:1")]);
    expect(w.look([])).toEqual([]);
    expect(w.look([entry("chzzk:1")])).toEqual(["favourite chzzk:1"]);
    expect(w.look([entry("chzzk:1")])).toEqual([]);
    expect(w.memory?.history).toMatchObject([{ why: "favourite", shown: "yes", platform: "chzzk" }]);
  });

  test("not for a person whose own switch is off", () => {
    const w = new Watcher({}, [{ ...star("chzzk:1"), quiet: true }, star("chzzk:2")]);
    w.look([]);
    expect(w.look([entry("chzzk:1"), entry("chzzk:2")])).toEqual(["favourite chzzk:2"]);
  });

  test("not on the first look, and not when the star is younger than the broadcast", () => {
    const w = new Watcher({}, [star("chzzk:1")]);
    expect(w.look([entry("chzzk:1"), entry("chzzk:2")])).toEqual([]);
    w.set({}, [star("chzzk:1"), star("chzzk:2")]);
    expect(w.look([entry("chzzk:1"), entry("chzzk:2")])).toEqual([]);
    expect(w.memory?.history).toEqual([]);
  });

  test("not when the entry goes on under another id, nor on a second platform", () => {
    const both = entry("chzzk:1", { creator: { id: "c", name: "c" } }, ["soop"]);
    const w = new Watcher({ over: 5 }, [star("c")]);
    w.look([both]);
    expect(w.look([{ ...both, id: "soop:1_1", broadcasts: both.broadcasts.slice(1) }])).toEqual([]);
    expect(w.look([{ ...both, id: "soop:1_1" }])).toEqual([]);
  });

  test("not after a blink, nor when a small stream rises into the set long after it began", () => {
    const w = new Watcher({}, [star("chzzk:1"), star("chzzk:2")]);
    w.look([entry("chzzk:1")]);
    w.look([]);
    expect(w.look([entry("chzzk:1"), entry("chzzk:2", { started_at: "2026-11-23T10:00:00Z" })])).toEqual([]);
  });

  test("again after they were away", () => {
    const w = new Watcher({}, [star("chzzk:1")]);
    w.look([entry("chzzk:1")]);
    for (let i = 0; i < 12; i++) w.look([]);
    expect(w.look([entry("chzzk:1", { started_at: null })])).toEqual(["favourite chzzk:1"]);
  });

  test("only in the groups chosen", () => {
    const w = new Watcher({ groups: ["g"] }, [star("chzzk:1", "g"), star("chzzk:2")]);
    w.look([]);
    expect(w.look([entry("chzzk:1"), entry("chzzk:2")])).toEqual(["favourite chzzk:1"]);
  });

  test("after a gap of ten minutes nothing is shown; it is in the history", () => {
    const w = new Watcher({}, [star("chzzk:1")]);
    w.look([]);
    expect(w.look([entry("chzzk:1")], 11 * minute)).toEqual([]);
    expect(w.memory?.history).toMatchObject([{ why: "favourite", shown: "gap" }]);
    expect(w.look([entry("chzzk:1")])).toEqual([]);
  });
});

describe("rules", () => {
  const talk = { category: sampleCategory("talk.chat"), viewers: 500 };
  test("category: begins in it or changes to it, above the bound, by group too", () => {
    const w = new Watcher({ categories: ["talk"], categoryMin: 100 });
    w.look([entry("chzzk:1"), entry("chzzk:9", talk)]);
    expect(
      w.look([entry("chzzk:1", talk), entry("chzzk:2", { ...talk, viewers: 99 }), entry("chzzk:9", talk)]),
    ).toEqual(["category chzzk:1"]);
    expect(w.look([entry("chzzk:1", talk), entry("chzzk:2", talk), entry("chzzk:9", talk)])).toEqual([
      "category chzzk:2",
    ]);
  });
  test("over: passing a number once, however often it swings", () => {
    const w = new Watcher({ over: 1000 });
    w.look([entry("chzzk:1", { viewers: 900 }), entry("chzzk:2", { viewers: 5000 })]);
    expect(w.look([entry("chzzk:1", { viewers: 1000 })])).toEqual(["over chzzk:1"]);
    for (let i = 0; i < 30; i++) expect(w.look([entry("chzzk:1", { viewers: i % 2 ? 999 : 1001 })])).toEqual([]);
  });
  test("hot", () => {
    const w = new Watcher({ hot: true });
    w.look([entry("chzzk:1")]);
    expect(w.look([entry("chzzk:1", { hot: true })])).toEqual(["hot chzzk:1"]);
  });
  test("a rule that was just changed begins with what it finds", () => {
    const w = new Watcher({ over: 1000 });
    const big = entry("chzzk:1", { viewers: 900 });
    w.look([big]);
    w.set({ over: 500, hot: true });
    expect(w.look([big, entry("chzzk:2", { hot: true })])).toEqual([]);
    expect(w.look([big, entry("chzzk:3", { viewers: 600 })])).toEqual(["over chzzk:3"]);
  });
  test("only in the languages chosen", () => {
    const w = new Watcher({ hot: true, langs: ["ko"] });
    w.look([]);
    expect(
      w.look([
        entry("chzzk:1", { hot: true, lang: { code: "en", reason: "title", confidence: 9 } }),
        entry("chzzk:2", { hot: true }),
      ]),
    ).toEqual(["hot chzzk:2"]);
  });
  test("hidden people are not announced, one person once in the cooldown", () => {
    const w = new Watcher({ hot: true, over: 1000, cooldown: 10 });
    w.look([]);
    expect(w.look([entry("chzzk:1", { hot: true })])).toEqual(["hot chzzk:1"]);
    expect(w.look([entry("chzzk:1", { hot: true, viewers: 5000 })])).toEqual([]);
    const settings = {
      ...defaultSettings,
      alerts: { ...defaultAlerts, hot: true, langs: [] },
      hidden: [{ id: "creator:chzzk:7", kind: "creator" as const, value: "chzzk:7", label: "", keys: [] }],
    };
    const memory = decide({
      memory: undefined,
      entries: [],
      asOf: start,
      settings,
      now: start,
      minuteOfDay: 0,
      allowed: true,
    }).memory;
    expect(
      decide({
        memory,
        entries: [entry("chzzk:7", { hot: true })],
        asOf: start,
        settings,
        now: start + minute,
        minuteOfDay: 0,
        allowed: true,
      }).show,
    ).toEqual([]);
  });
});

describe("kept back", () => {
  test.each([
    ["paused", { pausedUntil: start + 60 * minute }, {}],
    ["quiet", { quietFrom: 11 * 60, quietTo: 13 * 60 }, {}],
    ["blocked", {}, { allowed: false }],
  ] as const)("%s: in the history only", (shown, rules, over) => {
    const w = new Watcher(rules, [star("chzzk:1")], over);
    w.look([]);
    expect(w.look([entry("chzzk:1")])).toEqual([]);
    expect(w.memory?.history).toMatchObject([{ shown }]);
  });
  test.each([
    [0, 0, 100, false],
    [60, 120, 60, true],
    [60, 120, 120, false],
    [1380, 420, 1400, true],
    [1380, 420, 0, true],
    [1380, 420, 420, false],
    [1380, 420, 720, false],
  ])("quiet from %i to %i at %i: %s", (quietFrom, quietTo, at, quiet) => {
    expect(isQuiet({ ...defaultAlerts, quietFrom, quietTo }, at)).toBe(quiet);
  });
});

test("whatever comes: bounded memory, nothing on first looks and after gaps, nobody twice in the cooldown", () => {
  const looks = fc.array(
    fc.tuple(
      fc.uniqueArray(fc.tuple(anyId, anySample), { selector: ([id]) => id, maxLength: 30 }),
      fc.constantFrom(1, 1, 1, 5, 11),
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(looks, (list) => {
      const w = new Watcher({ hot: true, over: 1000, categories: ["game"], categoryMin: 0 }, [
        star("soop:3"),
        star("chzzk:2"),
      ]);
      const said = new Map<string, number>();
      list.forEach(([rows, minutes], i) => {
        const shown = w.look(
          rows.map(([id, over]) => entry(id, over)),
          minutes * minute,
        );
        if (i === 0 || minutes > 10) expect(shown).toEqual([]);
        for (const s of shown) {
          const who = s.split(" ")[1] as string;
          expect(w.now - (said.get(who) ?? -1e12)).toBeGreaterThanOrEqual(10 * minute);
          said.set(who, w.now);
        }
        expect(w.memory?.history.length).toBeLessThanOrEqual(100);
      });
    }),
  );
});

test("damaged memory is a first look", () => {
  for (const x of [
    undefined,
    null,
    5,
    "x",
    {},
    { at: 1 },
    { at: 1, rules: {}, favourites: null, matched: {}, said: {}, history: [] },
  ])
    expect(readMemory(x)).toBeUndefined();
});
