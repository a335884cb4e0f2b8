import { expect, it } from "vitest";
import { readCurves, readDay, readRoute, writeRoute } from "./day.ts";

it("addresses are read as they were written; what is not understood is today", () => {
  for (const r of ["day", "day/yesterday", "day/today/7d", "day/2026-11-22/1d/chzzk/11223344"])
    expect(writeRoute(readRoute(r))).toBe(r);
  expect(readRoute("day/../9d/x")).toEqual({ day: "today", span: "1d", entry: "" });
});

const figures = { peak: null, average: null, hours_watched: 0, broadcasts: 0, viewers: [null, 3, -1, "4"], live: [] };
const answer = {
  day: "2026-11-23",
  days: 1,
  since: "2026-11-22T15:00:00Z",
  until: "2026-11-23T15:00:00Z",
  as_of: "2026-11-23T12:31:00Z",
  over: false,
  first_day: null,
  last_day: null,
  step_seconds: 600,
  total: figures,
  platforms: [
    { id: "chzzk", ...figures },
    { id: "x}{", ...figures },
  ],
  creators: [{ id: "c", name: "", channels: [{ platform: "chzzk" }], entry: null }],
  broadcasts: [{ id: "chzzk:1", creator: { id: "c" } }],
  categories: [],
};

it("what is not a number of viewers is unknown", () => {
  const day = readDay(answer);
  expect(day?.total.viewers).toEqual([null, 3, null, null]);
  expect(day?.platforms.map((p) => p.id)).toEqual(["chzzk"]);
  expect(day?.creators[0]).toMatchObject({ name: "c", entry: "chzzk:1", live: false, platforms: ["chzzk"] });
  for (const x of [null, {}, { ...answer, until: answer.since }, { ...answer, step_seconds: 0 }])
    expect(readDay(x)).toBe(undefined);
});

it("points of a curve are those that were seen, in order", () => {
  const points = [
    { at: "2026-11-23T12:00:00Z", viewers: 2, peak: 7 },
    { at: "x", viewers: 1 },
    { at: "2026-11-23T11:00:00Z", viewers: 1 },
  ];
  expect(
    readCurves({ series: [{ id: "a:1", platform: "a", points }, null] })?.[0]?.points.map((p) => [p.viewers, p.peak]),
  ).toEqual([
    [1, 1],
    [2, 7],
  ]);
  expect(readCurves({})).toBe(undefined);
});
