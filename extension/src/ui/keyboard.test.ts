import { describe, expect, it } from "vitest";
import { commandOf, type Key, ownsKeys } from "./keyboard.ts";

const press = (key: string, code: string, held: Partial<Key> = {}) =>
  commandOf({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("commandOf", () => {
  it("knows the keys of the list", () => {
    expect(press("j", "KeyJ")).toBe("next");
    expect(press("k", "KeyK")).toBe("previous");
    expect(press("f", "KeyF")).toBe("favourite");
    expect(press("x", "KeyX")).toBe("hide");
    expect(press("Enter", "Enter")).toBe("open");
    expect(press("/", "Slash")).toBe("search");
    expect(press("?", "Slash", { shiftKey: true })).toBe("help");
    expect(press("1", "Digit1")).toEqual({ column: 0 });
    expect(press("9", "Digit9")).toEqual({ column: 8 });
  });

  it("moves with a Korean input method on, where J types ㅓ", () => {
    expect(press("ㅓ", "KeyJ")).toBe("next");
    expect(press("ㄹ", "KeyF")).toBe("favourite");
    expect(press("Process", "KeyX")).toBe("hide");
  });

  it("follows the letter on other layouts, and the place of / and ?", () => {
    expect(press("j", "KeyC")).toBe("next");
    expect(press("-", "Slash")).toBe("search");
    expect(press("_", "Slash", { shiftKey: true })).toBe("help");
  });

  it("leaves the browser its keys", () => {
    expect(press("f", "KeyF", { ctrlKey: true })).toBeNull();
    expect(press("j", "KeyJ", { metaKey: true })).toBeNull();
    expect(press("1", "Digit1", { altKey: true })).toBeNull();
    expect(press("J", "KeyJ", { shiftKey: true })).toBeNull();
    expect(press("Tab", "Tab")).toBeNull();
    expect(press("0", "Digit0")).toBeNull();
  });
});

describe("ownsKeys", () => {
  it("is so for fields, not for rows and buttons", () => {
    expect(ownsKeys({ tagName: "INPUT" })).toBe(true);
    expect(ownsKeys({ tagName: "SELECT" })).toBe(true);
    expect(ownsKeys({ tagName: "DIV", isContentEditable: true })).toBe(true);
    expect(ownsKeys({ tagName: "ARTICLE" })).toBe(false);
    expect(ownsKeys(null)).toBe(false);
  });
});
