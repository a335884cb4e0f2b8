// The platforms as the server describes them, and how fresh what it knows of each is.

import type { Clock, Platform } from "./api.ts";
import { count, isObject, text } from "./entry.ts";
import { safeUrl } from "./links.ts";

/** A platform to show. */
export interface PlatformView
  extends Pick<Platform, "id" | "name" | "name_ko" | "colour" | "icon" | "state" | "reason"> {
  /** "" when the server gave none that is safe to open. */
  readonly home: string;
  readonly broadcasts: number;
  readonly viewers: number;
  /** Log time in ms of its last good answer; null before the first. */
  readonly at: number | null;
  /** Milliseconds between two looks at the whole list; null when unknown. */
  readonly cadence: number | null;
  /** How fast log time runs: 1 but in a demonstration. */
  readonly speed: number;
}

export type Freshness = "fresh" | "late" | "failing" | "off";

/** Without a cadence nobody knows when the next answer is due: after this it is late, and only the server says that it fails. */
const lateAfter = 1_800_000;
/** Later than this many cadences it is not late but failing. */
const failingAfter = 10;

/** fresh: within two cadences · late: older, degraded, or no answer yet · failing: down, or ten cadences old · off: switched off. */
export function freshness(p: PlatformView, now: number): Freshness {
  if (p.state === "off") return "off";
  const { cadence } = p;
  const old = now - (p.at ?? 0);
  if (p.state === "down" || (cadence && p.at && old > failingAfter * cadence)) return "failing";
  return p.state === "degraded" || old > (cadence ? 2 * cadence : lateAfter) ? "late" : "fresh";
}

/** More platforms than this would be columns nobody can look at. */
const maxPlatforms = 20;
const states = ["ok", "degraded", "down", "off"];

/** The platforms and the clock of an answer of /v1/platforms; undefined when it is not one. */
export function readPlatforms(x: unknown): { platforms: PlatformView[]; clock: Clock } | undefined {
  if (!isObject(x) || !Array.isArray(x.platforms) || !isObject(x.clock)) return undefined;
  const clock = x.clock as unknown as Clock;
  if (Number.isNaN(Date.parse(clock.real)) || Number.isNaN(Date.parse(clock.log)) || !(clock.speed > 0))
    return undefined;
  const platforms: PlatformView[] = [];
  for (const p of x.platforms.slice(0, maxPlatforms)) {
    if (!isObject(p) || !/^[a-z][a-z0-9]{0,15}$/.test(p.id as string)) continue;
    const at = Date.parse(p.last_page_at as string);
    const seconds = count(p.cadence_seconds);
    const name = text(p.name, 40) || (p.id as string);
    platforms.push({
      id: p.id as string,
      name,
      name_ko: text(p.name_ko, 40) || name,
      home: safeUrl(p.home),
      colour: /^#[0-9a-f]{6}$/i.test(p.colour as string) ? (p.colour as string) : "#808080",
      icon: /^[\sMLHVCSQTAZmlhvcsqtaz0-9.,eE+-]{1,4000}$/.test(p.icon as string) ? (p.icon as string) : "M4 4h16v16H4z",
      state: states.includes(p.state as string) ? (p.state as Platform["state"]) : "degraded",
      reason: text(p.reason) || null,
      broadcasts: count(p.broadcasts) ?? 0,
      viewers: count(p.viewers) ?? 0,
      at: Number.isNaN(at) ? null : at,
      cadence: seconds === null ? null : seconds * 1000,
      speed: clock.speed,
    });
  }
  return { platforms, clock: { real: clock.real, log: clock.log, speed: clock.speed } };
}
