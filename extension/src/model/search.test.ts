import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleCategory, sampleEntry } from "./sample.ts";
import { finder, fold, matches } from "./search.ts";

const e = sampleEntry("chzzk:1", {
  title: "닭볶음탕 먹방 Ｔ１ 결승 Watch",
  creator: { id: "x", name: "침착맨" },
  category: sampleCategory("game.league-of-legends", "League of Legends", "리그 오브 레전드"),
});

describe("search", () => {
  test.each([
    ["침착맨", true],
    ["ㅊㅊㅁ", true],
    ["ㅊㅊ", true],
    ["ㅊㅁ", true], // anywhere in a name
    ["ㅊㄷ", false], // not over the end of a field
    ["치", true], // a syllable on its way
    ["침차", true],
    ["침착ㅁ", true],
    ["ㅊㅣㅁ", true], // typed jamo by jamo
    ["ㄹㄱㅇㅂ", true],
    ["리그오브", true], // spaces do not count
    ["league of", true],
    ["LEAGUE", true],
    ["t1", true], // NFKC
    ["watch", true],
    ["침착맨 결승", true], // all words
    ["침착맨 야구", false],
    ["침착맨닭", false], // not from one field into the next
    ["ㄳ", true], // 결승, as an editor joins the initials
    ["ㅅㄱ", false],
    ["닭", true],
    ["달", true],
    ["", true],
    ["  ", true],
    ["침착맨".normalize("NFD"), true],
  ])("%s → %s", (q, found) => {
    expect(matches(e, q)).toBe(found);
  });

  test("nothing to look for is no test", () => {
    expect(finder(" \u200b ")).toBeUndefined();
  });

  const syllables = fc.string({
    unit: fc.integer({ min: 0xac00, max: 0xd7a3 }).map((n) => String.fromCodePoint(n)),
    minLength: 1,
    maxLength: 12,
  });

  test("what was typed so far is found at every keystroke", () => {
    fc.assert(
      fc.property(syllables, fc.nat(), (name, at) => {
        const entry = sampleEntry("chzzk:1", {
          title: name,
          creator: { id: "x", name: "" },
          broadcasts: sampleEntry("chzzk:1").broadcasts.map((b) => ({ ...b, title: name })),
        });
        const { keys, initials } = fold(name);
        const typed = keys.slice(0, 1 + (at % keys.length)).normalize("NFC");
        expect(matches(entry, typed) || !/[ㅏ-ㅣ가-힣]/.test(typed)).toBe(true);
        expect(matches(entry, initials)).toBe(true);
      }),
    );
  });

  test("any text is folded without a throw, and finds itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (title) => {
        const entry = sampleEntry("chzzk:1", { title });
        const words = entry.title.trim().split(/\s+/);
        if (words.length <= 16)
          expect(
            matches(entry, entry.title) || /[ㄱ-ㅎ\u1100-\u1112\u11a8-\u11c2]/.test(entry.title.normalize("NFKC")),
          ).toBe(true);
      }),
    );
  });
});
