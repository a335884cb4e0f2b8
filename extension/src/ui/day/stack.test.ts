import { describe, expect, it } from "vitest";
import { areaPath, gaps, linePath, runs, stack, top } from "./stack.ts";

const id = (n: number) => n;

describe("stack", () => {
  it("lays what is known on top of each other", () => {
    const s = stack(
      [
        [1, null, null],
        [2, 5],
      ],
      3,
    );
    expect(s).toEqual([
      [
        [0, 1],
        [1, 3],
      ],
      [null, [0, 5]],
      [null, null],
    ]);
    expect(s.map(top)).toEqual([3, 5, null]);
    expect(runs(s)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ]);
    expect(gaps(s)).toEqual([{ from: 2, to: 3 }]);
  });

  it("tells a known nought from nothing known", () => {
    expect(stack([[0]], 1).map(top)).toEqual([0]);
    expect(gaps(stack([[0]], 1))).toEqual([]);
  });

  it("draws nothing across a gap", () => {
    const path = areaPath(stack([[4, 4, null, 6]], 4), 0, id, id);
    expect(path).toBe("M0 4L0.5 4L1.5 4L2 4L2 0L1.5 0L0.5 0L0 0ZM3 6L3.5 6L4 6L4 0L3.5 0L3 0Z");
    expect(areaPath(stack([[null]], 1), 0, id, id)).toBe("");
  });
});

describe("linePath", () => {
  it("joins only points that are near, and shows one alone as a dot", () => {
    const at = (...times: number[]) => times.map((t) => ({ at: t, viewers: 1 }));
    expect(linePath(at(0, 10, 31, 60, 70), 20, id, id)).toBe("M0 1L10 1M31 1h0M60 1L70 1");
    expect(linePath([], 20, id, id)).toBe("");
  });
});
