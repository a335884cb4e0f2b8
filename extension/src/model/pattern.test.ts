import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pattern } from "./pattern.ts";

const hides = (source: string, text: string): boolean => {
  const made = pattern(source);
  if (typeof made === "string") throw new Error(`${source}: ${made}`);
  return made(text);
};

/** Patterns that the browser's own engine is safe with, so that it can be asked for the right answer. */
const anyPattern: fc.Arbitrary<string> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(
      "a",
      "b",
      "가",
      "ㅋ",
      "😀",
      ".",
      "\\d",
      "\\w",
      "\\s",
      "\\W",
      "[ab]",
      "[^a가]",
      "[a-c\\]]",
      "\\[",
      "\\.",
      "^",
      "$",
      "\\b",
      "\\p{L}",
      "\\u{61}",
      "\\u0062",
      "\\x61",
      "\\t",
      "",
    ),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "*?", "{2}", "{0,2}", "{1,}")).map(([a, q]) => `(${a})${q}`),
  ),
})).node as fc.Arbitrary<string>;

describe("pattern", () => {
  test("agrees with the browser's engine", () => {
    fc.assert(
      fc.property(
        anyPattern,
        fc.string({
          unit: fc.constantFrom("a", "b", "B", "c", "가", "ㅋ", "1", " ", ".", "[", "]", "😀", "\t"),
          maxLength: 7,
        }),
        (source, text) => {
          fc.pre(source.trim() !== "" && source.length <= 100);
          const made = pattern(source);
          if (made === "large") return;
          if (typeof made === "string") throw new Error(`${source}: ${made}`);
          expect(made(text)).toBe(new RegExp(source, "iu").test(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["", "empty"],
    [" ", "empty"],
    ["a".repeat(101), "long"],
    ["(", "syntax"],
    ["[z-a]", "syntax"],
    ["a{2,1}", "syntax"],
    ["*a", "syntax"],
    ["(a)\\1", "unsupported"],
    ["(?<n>a)\\k<n>", "unsupported"],
    ["(?=a)b", "unsupported"],
    ["(?<!a)b", "unsupported"],
    ["a{300}", "large"],
    ["((a{30}){30}){30}", "large"],
    ["((){1000}){1000}", "large"],
  ])("%s is refused: %s", (source, why) => {
    expect(pattern(source)).toBe(why);
  });

  test.each(["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x", ".*.*.*.*.*=", "(\\w+\\s?)*$", "(a?){50}a{50}"])(
    "%s cannot hang",
    (source) => {
      expect(hides(source, `${"a".repeat(299)}!`)).toBeTypeOf("boolean"); // the browser's engine would run for years
    },
  );

  test("steps are bounded by length times states", () => {
    let tests = 0;
    const original = RegExp.prototype.test;
    RegExp.prototype.test = function (s: string) {
      tests++;
      return original.call(this, s);
    };
    try {
      hides("(a+)+(a|aa)+$", `${"a".repeat(299)}!`);
    } finally {
      RegExp.prototype.test = original;
    }
    expect(tests).toBeLessThan(300 * 200);
    expect(tests).toBeGreaterThan(300);
  });

  test("what people write", () => {
    expect(hides("재방송|다시\\s?보기", "어제 다시 보기")).toBe(true);
    expect(hides("^\\[광고\\]", "[광고] 새 게임")).toBe(true);
    expect(hides("^\\[광고\\]", "새 게임 [광고]")).toBe(false);
    expect(hides("ASMR", "잠드는 asmr 방송")).toBe(true);
    expect(hides("\\b24h\\b", "LIVE 24H ♬")).toBe(true);
  });
});
