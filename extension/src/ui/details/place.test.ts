import fc from "fast-check";
import { expect, it } from "vitest";
import { beside } from "./place.ts";

const size = { width: 344, height: 420 };

it("is to the right where there is room, else to the left, else below", () => {
  const window = { width: 1440, height: 900 };
  expect(beside({ left: 24, top: 200, width: 440, height: 68 }, size, window).left).toBe(472);
  expect(beside({ left: 1100, top: 200, width: 300, height: 50 }, size, window).left).toBe(748);
  expect(beside({ left: 8, top: 100, width: 384, height: 68 }, size, { width: 400, height: 800 })).toEqual({
    left: 28,
    top: 176,
  });
});

it("is on the screen wherever the row is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -200, max: 1500 }),
      fc.integer({ min: -200, max: 1000 }),
      fc.integer({ min: 360, max: 1600 }),
      (left, top, width) => {
        const window = { width, height: 900 };
        const at = beside({ left, top, width: 300, height: 50 }, size, window);
        expect(at.left).toBeGreaterThanOrEqual(8);
        expect(at.top).toBeGreaterThanOrEqual(8);
        expect(at.left + size.width).toBeLessThanOrEqual(width);
        expect(at.top + size.height).toBeLessThanOrEqual(900);
      },
    ),
  );
});
