import { expect, test } from "vitest";
import { freshness, type PlatformView } from "./platforms.ts";

const at = Date.parse("2026-11-23T12:00:00Z");
const minute = 60_000;
const platform = (over: Partial<PlatformView>): PlatformView => ({
  id: "youtube",
  name: "YouTube",
  name_ko: "유튜브",
  colour: "#ff0000",
  icon: "",
  home: "",
  state: "ok",
  reason: null,
  broadcasts: 0,
  viewers: 0,
  at,
  cadence: minute,
  speed: 1,
  ...over,
});

test.each([
  ["within two cadences", {}, 2, "fresh"],
  ["older than two", {}, 3, "late"],
  ["older than ten", {}, 11, "failing"],
  ["slow by design", { cadence: 15 * minute }, 25, "fresh"],
  ["no cadence is known: an hour old is late, not failing", { cadence: null }, 60, "late"],
  ["no cadence is known: young", { cadence: null }, 15, "fresh"],
  ["no cadence is known, and the server says that it is down", { cadence: null, state: "down" }, 1, "failing"],
  ["no answer yet", { at: null }, 0, "late"],
  ["degraded", { state: "degraded" }, 0, "late"],
  ["switched off", { state: "off", at: null }, 0, "off"],
] as const)("%s", (_, over, minutes, want) => {
  expect(freshness(platform(over), at + minutes * minute)).toBe(want);
});
