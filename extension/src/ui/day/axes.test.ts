import { describe, expect, it } from "vitest";
import { moved, nearest } from "./cursor.ts";
import { cut, holds, valueAt } from "./curve.tsx";
import { say } from "./say.ts";
import { isMidnight, timeTicks, valueTicks } from "./ticks.ts";
import { clock, moment, shifted } from "./when.ts";

const since = Date.parse("2026-11-22T15:00:00Z");
const day = 86_400_000;

describe("marks", () => {
  it("are round and reach the most", () => {
    expect(valueTicks(412_345, 5)).toEqual([0, 100_000, 200_000, 300_000, 400_000, 500_000]);
    expect(valueTicks(0, 5)).toEqual([0, 1]);
    expect(valueTicks(3, 5)).toEqual([0, 1, 2, 3]);
  });

  it("of time are Korean and leave room", () => {
    const marks = timeTicks(since, since + day, 320, 58);
    expect(marks[0]).toBe(since);
    expect(marks.map((m) => clock(m, "ko"))).toEqual(["00:00", "06:00", "12:00", "18:00", "00:00"]);
    expect(timeTicks(since, since + 7 * day, 500, 58).every(isMidnight)).toBe(true);
  });
});

describe("the cursor", () => {
  const reach = { length: 10, page: 6 };
  it("moves by keys and stays inside", () => {
    expect(moved("ArrowLeft", null, reach)).toBe(9);
    expect(moved("ArrowLeft", 0, reach)).toBe(0);
    expect(moved("PageUp", 5, reach)).toBe(9);
    expect(moved("Home", 5, reach)).toBe(0);
    expect(moved("Escape", 5, reach)).toBe(null);
    expect(moved("Escape", null, reach)).toBe(undefined);
    expect(moved("x", 5, reach)).toBe(undefined);
    expect(moved("End", null, { length: 0, page: 6 })).toBe(undefined);
  });

  it("stands at the nearest moment", () => {
    expect([-5, 4, 6, 14, 99].map((t) => nearest([0, 10, 20], t))).toEqual([0, 0, 1, 1, 2]);
    expect(nearest([], 1)).toBe(null);
  });
});

describe("a curve", () => {
  const c = {
    id: "a:1",
    platform: "a",
    points: [
      { at: 0, viewers: 5, peak: 5 },
      { at: 10, viewers: 7, peak: 7 },
    ],
  };
  it("says what was last seen, and nothing once that is old", () => {
    expect([-1, 0, 9, 10, 10 + holds, 11 + holds].map((t) => valueAt(c, t))).toEqual([null, 5, 5, 7, 7, null]);
  });
  it("is cut to the days", () => {
    expect(cut([c], 5, 10)).toEqual([]);
    expect(cut([c], 0, 10)[0]?.points).toEqual([{ at: 0, viewers: 5, peak: 5 }]);
  });
});

it("numbers and times are those of the language and of Korea", () => {
  const [ko, en] = (["ko", "en"] as const).map((lang) => say({ lang, platformName: (p) => p }));
  expect([ko?.number(12_345), en?.number(12_345), ko?.number(null)]).toEqual(["1.2만", "12K", "–"]);
  expect([ko?.duration(370), en?.duration(60), en?.duration(5)]).toEqual(["6시간 10분", "1 h", "5 min"]);
  expect(moment(since + 3_600_000, "en", 1)).toBe("01:00");
  expect(shifted("2026-03-01", -1)).toBe("2026-02-28");
});
