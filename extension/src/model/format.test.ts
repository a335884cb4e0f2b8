import fc from "fast-check";
import { expect, test } from "vitest";
import { age, compact, uptime } from "./format.ts";

test.each([
  [0, "0", "0"],
  [9027, "9,027", "9,027"],
  [9999, "9,999", "9,999"],
  [10_000, "1만", "10K"],
  [12_345, "1.2만", "12K"],
  [36_999, "3.6만", "36K"],
  [123_456, "12만", "123K"],
  [2_000_000_000, "20억", "2B"],
])("%i viewers", (n, ko, en) => {
  expect(compact(n, "ko")).toBe(ko);
  expect(compact(n, "en")).toBe(en);
});

test("more viewers never read as fewer", () => {
  const value = (s: string) =>
    Number.parseFloat(s.replaceAll(",", "")) * (s.endsWith("만") ? 1e4 : s.endsWith("억") ? 1e8 : 1);
  fc.assert(
    fc.property(fc.nat(2e9), fc.nat(1e6), (n, more) => {
      expect(value(compact(n, "ko"))).toBeLessThanOrEqual(n);
      expect(value(compact(n + more, "ko"))).toBeGreaterThanOrEqual(value(compact(n, "ko")));
    }),
  );
});

test.each([
  [-5000, "0:00"],
  [59_999, "0:00"],
  [7 * 60_000, "0:07"],
  [205 * 60_000, "3:25"],
  [1623 * 60_000, "27:03"],
])("uptime of %i ms", (ms, shown) => {
  expect(uptime(ms)).toBe(shown);
});

test.each([
  [-1, "지금", "now"],
  [999, "지금", "now"],
  [37_000, "37초 전", "37 sec. ago"],
  [3 * 60_000, "3분 전", "3 min. ago"],
  [5 * 3_600_000, "5시간 전", "5 hr. ago"],
  [3 * 86_400_000, "3일 전", "3 days ago"],
])("age of %i ms", (ms, ko, en) => {
  expect(age(ms, "ko")).toBe(ko);
  expect(age(ms, "en")).toBe(en);
});
