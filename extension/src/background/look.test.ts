import { expect, test, vi } from "vitest";
import { freshDoc, seal, withSettings } from "../model/doc.ts";
import { sampleRow } from "../model/sample.ts";
import { defaultAlerts, defaultPrefs, type Settings } from "../model/settings.ts";
import type { WorkerPort } from "../port.ts";
import { addressOf, changed, look } from "./look.ts";
import { synchronise } from "./syncing.ts";
import { languageOf, notes } from "./words.ts";

const server = "https://hub.example";
const now = new Date("2026-11-23T12:00:00Z");
const star = (id: string) => ({ id, name: id, keys: [id], group: "" });

function world(settings: Partial<Settings>, rows = [sampleRow("chzzk:1")]) {
  const stored: Record<string, unknown> = {
    settings: seal({ ...withSettings(freshDoc(server), settings), edited: 1 }),
  };
  const synced: Record<string, unknown> = {};
  const out = { notes: [] as string[][], badge: "?", asked: [] as (string | null)[] };
  const storage = (o: Record<string, unknown>) => ({
    read: async () => ({ ...o }),
    write: async (items: Record<string, unknown>) => {
      for (const [k, v] of Object.entries(items))
        if (v === undefined) delete o[k];
        else o[k] = JSON.parse(JSON.stringify(v));
    },
    watch: () => () => {},
  });
  const port = {
    ...storage(stored),
    server,
    sync: storage(synced),
    mayNotify: async () => true,
    notify: (...n: string[]) => void out.notes.push(n),
    badge: (text: string) => {
      out.badge = text;
    },
    language: () => "ko",
  } as unknown as WorkerPort;
  const w = { rows, down: false, stored, synced, out, port, get: undefined as unknown as typeof fetch };
  w.get = (async (_: string, init: RequestInit) => {
    const sent = new Headers(init.headers).get("if-none-match");
    out.asked.push(sent);
    if (w.down) throw new TypeError("failed");
    const etag = `"${JSON.stringify(w.rows).length}"`;
    if (sent === etag) return new Response(null, { status: 304 });
    return Response.json({ as_of: now.toISOString(), streams: w.rows }, { headers: { etag } });
  }) as typeof fetch;
  return w;
}

const at = (minutes: number) => new Date(+now + minutes * 60_000);

test("asks nobody while neither alerts nor the badge are on", async () => {
  const w = world({});
  await look(w.port, w.get, now);
  expect(w.out).toEqual({ notes: [], badge: "", asked: [] });
});

test("one conditional request a look; a favourite's start becomes one notification that opens it", async () => {
  const w = world({ alerts: { ...defaultAlerts, on: true }, favourites: [star("soop:soop-2")] });
  await look(w.port, w.get, at(0));
  await look(w.port, w.get, at(1));
  expect(w.out.asked).toEqual([null, expect.stringMatching(/^"/)]);
  expect((w.stored.alerts as { at: number }).at).toBe(+at(1)); // nothing changed, but somebody looked
  w.rows = [...w.rows, sampleRow("soop:2", { started_at: at(1).toISOString() })];
  await look(w.port, w.get, at(2));
  await look(w.port, w.get, at(3));
  expect(w.out.notes).toEqual([[expect.any(String), "사람 2 · soop", "방송을 시작했습니다\n제목 2"]]);
  expect(addressOf(w.out.notes[0]?.[0] as string)).toBe("https://soop.example/2");
});

test("what was not seen is not over", async () => {
  const w = world({ alerts: { ...defaultAlerts, on: true }, favourites: [star("chzzk:chzzk-1")] });
  await look(w.port, w.get, at(0));
  w.down = true;
  await look(w.port, w.get, at(1));
  expect((w.stored.alerts as { at: number }).at).toBe(+at(0));
  w.down = false;
  await look(w.port, w.get, at(2));
  expect(w.out.notes).toEqual([]);
});

test.each([
  ["favourites", "1"],
  ["live", "3"],
  ["hot", "2"],
  ["missed", ""],
  ["off", ""],
] as const)("the badge counts %s: %s", async (badge, text) => {
  const rows = [sampleRow("chzzk:1"), sampleRow("chzzk:2", { hot: true }), sampleRow("chzzk:3", { hot: true })];
  const w = world({ prefs: { ...defaultPrefs, badge }, favourites: [star("chzzk:chzzk-1"), star("x")] }, rows);
  await look(w.port, w.get, now);
  expect(w.out.badge).toBe(text);
});

test("the badge is no wider than the icon", async () => {
  const w = world(
    { prefs: { ...defaultPrefs, badge: "live" } },
    Array.from({ length: 1999 }, (_, i) => sampleRow(`chzzk:${i}`)),
  );
  await look(w.port, w.get, now);
  expect(w.out.badge).toBe("1k");
});

test("changed settings are a reason to look, other fields are not", async () => {
  const w = world({ alerts: { ...defaultAlerts, on: true } });
  expect(await changed(w.port)).toBe(true);
  await look(w.port, w.get, now);
  expect(await changed(w.port)).toBe(false);
  w.stored.settings = seal({
    ...withSettings(freshDoc(server), {
      alerts: { ...defaultAlerts, on: true },
      prefs: { ...defaultPrefs, theme: "dark" },
    }),
    edited: 2,
  });
  expect(await changed(w.port)).toBe(false);
  w.stored.settings = seal({
    ...withSettings(freshDoc(server), { alerts: { ...defaultAlerts, on: true, over: 5 } }),
    edited: 3,
  });
  expect(await changed(w.port)).toBe(true);
  await look(w.port, w.get, at(1));
  expect(w.out.asked.at(-1)).toBeNull(); // the same list means something else now
});

test("more than three at once are one notification", () => {
  const m = (n: number) => ({
    at: 0,
    why: "over" as const,
    name: `이름${n}`,
    title: "제목",
    url: `https://x/${n}`,
    platform: "chzzk",
    viewers: 1,
    shown: "yes" as const,
  });
  const name = () => "치지직";
  expect(notes([m(1)], 12_000, "ko", name)).toEqual([
    { url: "https://x/1", title: "이름1 · 치지직", message: "시청자 12,000명을 넘었습니다\n제목" },
  ]);
  expect(notes([1, 2, 3].map(m), 1, "en", name).length).toBe(3);
  expect(notes([1, 2, 3, 4].map(m), 1, "en", name)).toEqual([
    { url: "", title: "4 streams", message: "이름1, 이름2, 이름3, 이름4" },
  ]);
  expect([languageOf("system", "ko-KR"), languageOf("system", "fr"), languageOf("en", "ko")]).toEqual([
    "ko",
    "en",
    "en",
  ]);
});

test("settings go to the browser's sync and come back on another machine", async () => {
  const a = world({ prefs: { ...defaultPrefs, theme: "dark" } });
  await synchronise(a.port);
  expect(a.synced.head).toEqual({ n: 1, edited: 1 });
  const b = world({});
  b.stored.settings = seal(freshDoc(server));
  Object.assign(b.synced, a.synced);
  await synchronise(b.port);
  expect(b.stored.settings).toBe(a.stored.settings);
  const write = vi.spyOn(a.port.sync, "write");
  await synchronise(a.port); // nothing new: no write against the browser's limits
  expect(write).not.toHaveBeenCalled();
  const off = world({ prefs: { ...defaultPrefs, sync: false } });
  await synchronise(off.port);
  expect(off.synced).toEqual({});
});
