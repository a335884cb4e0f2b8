// Rows for tests, as the server sends them.

import fc from "fast-check";
import type { Row } from "./api.ts";
import { createReader, type Entry } from "./entry.ts";

export type Sample = Row & {
  rank?: number;
  rank_change?: number | null;
  trend?: (number | null)[];
  trend_step?: number;
};

/** A row with one broadcast a platform given; everything else may be set. */
export function sampleRow(id: string, over: Partial<Sample> = {}, platforms: readonly string[] = []): Sample {
  const [platform = "chzzk", own = "1"] = id.split(":");
  const casts = [platform, ...platforms.filter((p) => p !== platform)].map((p, i) => ({
    platform: p,
    id: i ? `${own}_${i}` : own,
    channel: { id: `${p}-${own}`, name: `채널 ${own}` },
    url: `https://${p}.example/${own}`,
    title: `제목 ${own}`,
    viewers: 10,
  }));
  return {
    id,
    creator: { id: `${platform}:${platform}-${own}`, name: `사람 ${own}` },
    title: `제목 ${own}`,
    viewers: 10,
    category: null,
    lang: { code: "ko", reason: "title", confidence: 99 },
    started_at: "2026-11-23T09:00:00Z",
    observed_at: "2026-11-23T12:00:00Z",
    adult: false,
    locked: false,
    official: false,
    official_reason: null,
    new: false,
    rising: false,
    hot: false,
    thumbnail: null,
    broadcasts: casts,
    ...over,
  };
}

const read = createReader();

/** The entry that the reader makes of a sample row. */
export function sampleEntry(id: string, over: Partial<Sample> = {}, platforms: readonly string[] = []): Entry {
  const e = read(sampleRow(id, over, platforms));
  if (!e) throw new Error(`no entry: ${id}`);
  return e;
}

export function sampleCategory(id: string, name = id, name_ko = name): NonNullable<Row["category"]> {
  return { id, name, name_ko, group: id.split(".")[0] as string, reason: "platform", confidence: 100 };
}

const categories = [
  null,
  sampleCategory("talk", "Just Chatting", "토크"),
  sampleCategory("game.league-of-legends", "League of Legends", "리그 오브 레전드"),
  sampleCategory("game.minecraft", "Minecraft", "마인크래프트"),
];

/** Fields that filters, orders and counts look at. */
export const anySample = fc.record({
  viewers: fc.option(fc.integer({ min: 0, max: 3000 })),
  title: fc.constantFrom("침착맨 삼국지", "달걀 요리", "LCK 결승", "재방송", "🎮 게임"),
  category: fc.constantFrom(...categories),
  lang: fc.constantFrom(
    null,
    ...(["ko", "en", "ja"] as const).map((code) => ({ code, reason: "title" as const, confidence: 90 })),
  ),
  official: fc.boolean(),
  new: fc.boolean(),
  rising: fc.boolean(),
  hot: fc.boolean(),
}) as fc.Arbitrary<Partial<Sample>>;

export const anyId = fc
  .tuple(fc.constantFrom("chzzk", "soop", "youtube", "twitch"), fc.integer({ min: 1, max: 60 }))
  .map(([p, n]) => `${p}:${n}`);
