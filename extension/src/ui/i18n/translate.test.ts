import { describe, expect, it } from "vitest";
import { dayWords } from "../day/words.ts";
import { detailWords } from "../details/words.ts";
import { panelWords } from "../panels/words.ts";
import { seldom } from "../shell/words.ts";
import { words as en } from "./en.ts";
import { words as ko } from "./ko.ts";
import { languageOf, translator } from "./translate.ts";

describe("languageOf", () => {
  it("is the chosen one, or the browser's", () => {
    expect(languageOf("system", "ko-KR")).toBe("ko");
    expect(languageOf("system", "ko")).toBe("ko");
    expect(languageOf("system", "kok-IN")).toBe("en");
    expect(languageOf("system", "ja-JP")).toBe("en");
    expect(languageOf("ko", "en-US")).toBe("ko");
  });
});

describe("translator", () => {
  const t = translator({ plain: "text", one: "{n} {n|stream|streams}", many: "{a} of {b}", quoted: "{x|y}" }, "en");

  it("puts values in, numbers by the language's rules", () => {
    expect(t("plain")).toBe("text");
    expect(t("one", 1)).toBe("1 stream");
    expect(t("one", 12345)).toBe("12,345 streams");
    expect(t("many", { a: "x", b: 2 })).toBe("x of 2");
  });

  it("does not read values as patterns", () => {
    expect(t("many", { a: "{b} $& $1", b: 2 })).toBe("{b} $& $1 of 2");
  });
});

describe("catalogues", () => {
  const all = { core: { ko, en }, seldom, panels: panelWords, details: detailWords, day: dayWords };
  const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort();

  for (const [name, { ko, en }] of Object.entries(all) as [string, Record<"ko" | "en", Record<string, string>>][])
    it(`${name}: both languages say the same things with the same values`, () => {
      expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort());
      for (const key of Object.keys(ko)) {
        expect(ko[key]?.trim(), key).toBeTruthy();
        expect(en[key]?.trim(), key).toBeTruthy();
        expect(holes(en[key] ?? ""), key).toEqual(holes(ko[key] ?? ""));
      }
    });

  it("has no Hangul in English but where it is the point", () => {
    for (const [key, text] of Object.entries({
      ...en,
      ...seldom.en,
      ...panelWords.en,
      ...detailWords.en,
      ...dayWords.en,
    }))
      if (key !== "searchHint") expect(text, key).not.toMatch(/[ㄱ-ㅎ가-힣]/);
  });
});
