import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { points } from "./sparkline.ts";

const read = (line: string) => line.split(" ").map((p) => p.split(",").map(Number) as [number, number]);

describe("points", () => {
  it("has no line of less than two known minutes", () => {
    expect(points([], 60, 16)).toBe("");
    expect(points([null, 5, null], 60, 16)).toBe("");
  });

  it("draws small changes small and large ones over the whole height", () => {
    const spread = (line: string) =>
      Math.max(...read(line).map(([, y]) => y)) - Math.min(...read(line).map(([, y]) => y));
    expect(spread(points([1000, 1010, 1000], 60, 16))).toBeLessThan(1);
    expect(spread(points([0, 1000], 60, 16))).toBeCloseTo(14, 0);
    expect(read(points([0, 1000], 60, 16))[1]).toEqual([60, 1]);
  });

  it("stays in its box", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(2_000_000_000)), { minLength: 2, maxLength: 60 }), (trend) => {
        const line = points(trend, 60, 16);
        if (!line) return;
        for (const [x, y] of read(line)) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(60);
          expect(y).toBeGreaterThanOrEqual(0.9);
          expect(y).toBeLessThanOrEqual(15.1);
        }
      }),
    );
  });
});
