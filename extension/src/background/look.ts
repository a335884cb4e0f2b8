// One look of the worker at the list: alerts and the number on the icon. It keeps nothing in memory, because Chrome ends it
// after half a minute of rest; all it knows is stored under `alerts`.

import { type AlertMemory, decide, readMemory } from "../model/alerts.ts";
import { createReader, type Entry, isObject } from "../model/entry.ts";
import { favouriteOf } from "../model/favourites.ts";
import { readPlatforms } from "../model/platforms.ts";
import { readDoc } from "../model/readdoc.ts";
import type { Settings } from "../model/settings.ts";
import type { WorkerPort } from "../port.ts";
import { languageOf, notes } from "./words.ts";

/** A server that takes longer is asked again in a minute. */
const timeout = 20_000;

/** What is stored under `alerts`. */
interface Stored extends AlertMemory {
  readonly etag: string;
  readonly server: string;
  readonly basis: string;
}

/** Settings for the server in use, from what is stored. */
export function settingsOf(stored: unknown, fallback: string): { server: string; settings: Settings } {
  const { doc } = readDoc(stored, fallback);
  return { server: doc.server, settings: doc.servers[doc.server] as Settings };
}

/** What of the settings decides what a look does: when it changed, the same list means something else. */
export const basis = ({ alerts, prefs, favourites, hidden }: Settings): string =>
  JSON.stringify([alerts, prefs.badge, prefs.badgeColour, favourites.map((f) => f.id), hidden.length]);

/** Whether there is any reason to look each minute. */
export const wanted = ({ alerts, prefs }: Settings): boolean => alerts.on || prefs.badge !== "off";

const short = (n: number): string => (n > 999 ? `${Math.floor(n / 1000)}k` : n ? String(n) : "");

function badgeCount(entries: readonly Entry[], s: Settings, unread: number): number {
  if (s.prefs.badge === "missed") return unread;
  if (s.prefs.badge === "hot") return entries.filter((e) => e.hot).length;
  if (s.prefs.badge === "live") return entries.length;
  const favourite = favouriteOf(s.favourites);
  return new Set(entries.map(favourite).filter((f) => f)).size;
}

/** Whether the settings say something else than at the last look. */
export async function changed(port: WorkerPort): Promise<boolean> {
  const stored = await port.read(["settings", "alerts"]);
  const { settings } = settingsOf(stored.settings, port.server);
  return !isObject(stored.alerts) || stored.alerts.basis !== basis(settings);
}

/** Asks once, conditionally; alerts, badge and memory follow from the answer. */
export async function look(port: WorkerPort, get: typeof fetch, now: Date): Promise<void> {
  const stored = await port.read(["settings", "alerts", "missedRead", "missedCleared", "platforms"]);
  const { server, settings } = settingsOf(stored.settings, port.server);
  if (!wanted(settings)) return port.badge("", settings.prefs.badgeColour);

  const old = isObject(stored.alerts) ? (stored.alerts as unknown as Stored) : undefined;
  const same = old?.server === server && old.basis === basis(settings);
  const memory = old?.server === server ? readMemory(old) : undefined;
  const answer = await get(`${server}/v1/streams?limit=2000`, {
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(timeout),
    headers: same && memory && old.etag ? { "If-None-Match": old.etag } : {},
  }).catch(() => undefined);
  if (answer?.status === 304 && memory) return port.write({ alerts: { ...old, at: +now } });
  const body: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  if (!isObject(body) || !Array.isArray(body.streams)) return; // what was not seen is not over: the memory stays as it is

  const entries = body.streams.map(createReader()).filter((e) => e !== undefined);
  const asOf = Date.parse(body.as_of as string) || +now;
  const allowed = await port.mayNotify();
  const minuteOfDay = now.getHours() * 60 + now.getMinutes();
  const decided = decide({ memory, entries, asOf, settings, now: +now, minuteOfDay, allowed });
  const next = settings.alerts.on ? decided.memory : { ...decided.memory, history: memory?.history ?? [] };
  await port.write({
    alerts: { ...next, etag: answer?.headers.get("etag") ?? "", server, basis: basis(settings) } satisfies Stored,
  });

  const read = Math.max(Number(stored.missedRead) || 0, Number(stored.missedCleared) || 0);
  const unread = next.history.filter((m) => m.at > read).length;
  port.badge(
    settings.prefs.badge === "off" ? "" : short(badgeCount(entries, settings, unread)),
    settings.prefs.badgeColour,
  );
  if (!settings.alerts.on) return;
  const lang = languageOf(settings.prefs.lang, port.language());
  for (const n of notes(decided.show, settings.alerts.over, lang, (id) => platformName(stored.platforms, id, lang)))
    port.notify(`${n.url}#onair-${+now}`, n.title, n.message);
}

/** A platform's name as the pages last stored it. */
function platformName(body: unknown, id: string, lang: string): string {
  const found = readPlatforms(body)?.platforms.find((p) => p.id === id);
  return (found && (lang === "ko" ? found.name_ko : found.name)) ?? id;
}

/** The address in a notification's id; "" is the list. */
export const addressOf = (id: string): string => id.replace(/#onair-\d+$/, "");
