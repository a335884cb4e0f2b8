import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reveal } from "./reveal.ts";
import { visible } from "./window.ts";

describe("visible", () => {
  it("draws the rows on screen and some around them", () => {
    expect(visible(0, 680, 68, 2000, 6)).toEqual({ from: 0, to: 16 });
    expect(visible(6800, 680, 68, 2000, 6)).toEqual({ from: 94, to: 116 });
    expect(visible(0, 680, 68, 3, 6)).toEqual({ from: 0, to: 3 });
    expect(visible(0, 680, 68, 0)).toEqual({ from: 0, to: 0 });
  });

  it("holds every row that is on screen, never more than a screen and its surroundings, and stays in the list", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 200_000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 20, max: 80 }),
        fc.nat(2000),
        (top, height, row, count) => {
          const { from, to } = visible(top, height, row, count);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(count);
          expect(from).toBeLessThanOrEqual(to);
          expect(to - from).toBeLessThanOrEqual(Math.ceil(height / row) + 1 + 12);
          for (let i = 0; i < count; i++) {
            const onScreen = i * row < top + height && (i + 1) * row > Math.max(0, top) && top >= 0;
            if (onScreen) expect(i >= from && i < to).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("still draws rows when scrolled past the end of a list that became shorter", () => {
    const { from, to } = visible(50_000, 600, 50, 10);
    expect(to).toBe(10);
    expect(from).toBeLessThan(10);
  });
});

describe("reveal", () => {
  it("scrolls as little as it has to", () => {
    expect(reveal(500, 50, 400, 600)).toBe(400);
    expect(reveal(300, 50, 400, 600)).toBe(300);
    expect(reveal(1000, 50, 400, 600)).toBe(450);
  });
});
