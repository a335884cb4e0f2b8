import { describe, expect, it } from "vitest";
import { ink, platformRule } from "./glyphs.ts";

describe("platformRule", () => {
  it("is a class with the platform's colour and picture", () => {
    const rule = platformRule({ id: "chzzk", colour: "#00ffa3", icon: "M14 2 4 14h6l-2 8z" });
    expect(rule).toContain(".g-chzzk{");
    expect(rule).toContain("--pf:#00ffa3");
    expect(decodeURIComponent(rule)).toContain("d='M14 2 4 14h6l-2 8z'");
  });

  it("is empty for anything that could be more than that", () => {
    expect(platformRule({ id: "x}*{display:none", colour: "#00ffa3", icon: "M0 0" })).toBe("");
    expect(platformRule({ id: "x", colour: "red;background:url(//evil)", icon: "M0 0" })).toBe("");
    expect(platformRule({ id: "x", colour: "#00ffa3", icon: "M0 0'/><script>" })).toBe("");
  });
});

describe("ink", () => {
  it("is the one that is easier to see", () => {
    expect(ink("#00ffa3")).toBe("#0b0d12");
    expect(ink("#0545b1")).toBe("#fff");
    expect(ink("#9146ff")).toBe("#fff");
    expect(ink("#ffffff")).toBe("#0b0d12");
  });
});
