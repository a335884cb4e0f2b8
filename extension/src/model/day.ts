// What the page to look back on knows: a day of the server (or 7, or 30), the curve of one entry, and the address of both. In go
// the server's answers, out come checked values; a number that the server did not give is null, never made up.

import { count, isObject, text } from "./entry.ts";

export type DaySpan = "1d" | "7d" | "30d";
export type DaySort = "watched" | "peak" | "average" | "airtime";

/** What is looked at. */
export interface DayQuery {
  /** `today`, `yesterday` or a Korean date, `2026-11-22`. */
  readonly day: string;
  readonly span: DaySpan;
  /** The entry whose curve is open (`chzzk:11223344`), "" for none. */
  readonly entry: string;
}

/** The most at one moment, Unix ms. */
export interface Peak {
  readonly viewers: number;
  readonly at: number;
}

/** What drew viewers: one platform, or all together. */
export interface DayFigures {
  readonly peak: Peak | null;
  readonly average: number | null;
  readonly hours: number;
  readonly broadcasts: number;
  /** One for each step from `since` on, null where nothing is known; ends with `asOf`. */
  readonly viewers: readonly (number | null)[];
}

export interface DayPlatform extends DayFigures {
  readonly id: string;
}

export interface DayCreator {
  readonly id: string;
  readonly name: string;
  /** Most watched first. */
  readonly platforms: readonly string[];
  readonly peak: Peak | null;
  readonly average: number;
  readonly hours: number;
  readonly minutes: number;
  readonly broadcasts: number;
  /** Whose history is the creator's curve; "" when no broadcast of theirs is in the answer. */
  readonly entry: string;
  readonly live: boolean;
}

export interface DayCategory {
  readonly id: string;
  readonly name: string;
  readonly name_ko: string;
  readonly hours: number;
  readonly broadcasts: number;
}

/** Times in Unix ms. */
export interface Day {
  readonly day: string;
  readonly days: number;
  readonly since: number;
  readonly until: number;
  readonly asOf: number;
  readonly over: boolean;
  /** What is kept, as dates; "" when nothing is. */
  readonly first: string;
  readonly last: string;
  readonly step: number;
  readonly total: DayFigures;
  readonly platforms: readonly DayPlatform[];
  readonly creators: readonly DayCreator[];
  readonly categories: readonly DayCategory[];
}

/** One observation, Unix ms. */
export interface Point {
  readonly at: number;
  readonly viewers: number;
  /** The highest observation of the step that the point stands for. */
  readonly peak: number;
}

/** What was seen of one broadcast, oldest first. */
export interface Curve {
  readonly id: string;
  readonly platform: string;
  readonly points: readonly Point[];
}

/** offline: the network is gone · starting: the server has no list yet · absent: not kept (or a server without days) · broken: anything else. */
export type DayTrouble = "offline" | "starting" | "absent" | "broken";

/** 30 days of 10 minutes; a longer list is not one of ours. */
const maxSteps = 4320;
const maxRows = 100;
/** Observations of one entry in 30 days, simulcasts and earlier broadcasts included. */
const maxPoints = 20_000;
const maxCurves = 200;
/** Longer than this nobody looks at an empty page. */
const patience = 20_000;
const platformId = /^[a-z][a-z0-9]{0,15}$/;
const entryId = /^[a-z][a-z0-9]{0,15}:[\w-]{1,64}$/;
const date = /^\d{4}-\d\d-\d\d$/;
const spans: readonly string[] = ["1d", "7d", "30d"];

/** `day/yesterday/7d/chzzk/11223344`: each part may be left out from the end on. What is not understood is today. */
export function readRoute(route: string): DayQuery {
  const [, day = "", span = "", platform = "", id = ""] = route.split("/");
  const entry = `${platform}:${id}`;
  return {
    day: day === "yesterday" || date.test(day) ? day : "today",
    span: spans.includes(span) ? (span as DaySpan) : "1d",
    entry: entryId.test(entry) ? entry : "",
  };
}

export function writeRoute({ day, span, entry }: DayQuery): string {
  if (entry) return `day/${day}/${span}/${entry.replace(":", "/")}`;
  if (span !== "1d") return `day/${day}/${span}`;
  return day === "today" ? "day" : `day/${day}`;
}

/** A whole number, of any size that is exact: hours of a month are more than the viewers of a moment. */
const whole = (x: unknown): number | null => (Number.isSafeInteger(x) && (x as number) >= 0 ? (x as number) : null);

const time = (x: unknown): number => (typeof x === "string" ? Date.parse(x) : Number.NaN);

function readPeak(x: unknown): Peak | null {
  if (!isObject(x)) return null;
  const viewers = whole(x.viewers);
  const at = time(x.at);
  return viewers === null || Number.isNaN(at) ? null : { viewers, at };
}

function readFigures(x: unknown, steps: number): DayFigures {
  const o = isObject(x) ? x : {};
  return {
    peak: readPeak(o.peak),
    average: whole(o.average),
    hours: whole(o.hours_watched) ?? 0,
    broadcasts: whole(o.broadcasts) ?? 0,
    viewers: Array.isArray(o.viewers) ? o.viewers.slice(0, steps).map(whole) : [],
  };
}

const list = (x: unknown): Record<string, unknown>[] => (Array.isArray(x) ? x.slice(0, maxRows).filter(isObject) : []);

/** A day out of an answer of /v1/days; undefined when it is not one. */
export function readDay(x: unknown): Day | undefined {
  if (!isObject(x) || !isObject(x.total) || typeof x.day !== "string" || !date.test(x.day)) return undefined;
  const [since, until, asOf] = [x.since, x.until, x.as_of].map(time) as [number, number, number];
  const step = (whole(x.step_seconds) ?? 0) * 1000;
  if (!(until > since) || Number.isNaN(asOf) || !step) return undefined;
  const steps = Math.min(maxSteps, Math.ceil((until - since) / step));
  // A creator who is not on air has a curve by any broadcast of theirs that is listed.
  const latest = new Map<string, string>();
  for (const b of list(x.broadcasts))
    if (isObject(b.creator) && entryId.test(b.id as string) && !latest.has(b.creator.id as string))
      latest.set(b.creator.id as string, b.id as string);
  const dated = (d: unknown) => (typeof d === "string" && date.test(d) ? d : "");
  return {
    day: x.day,
    days: whole(x.days) || 1,
    since,
    until,
    asOf: Math.min(until, Math.max(since, asOf)),
    over: x.over === true,
    first: dated(x.first_day),
    last: dated(x.last_day),
    step,
    total: readFigures(x.total, steps),
    platforms: list(x.platforms)
      .filter((p) => platformId.test(p.id as string))
      .map((p) => ({ id: p.id as string, ...readFigures(p, steps) })),
    creators: list(x.creators).map((c) => {
      const id = text(c.id, 200);
      const live = entryId.test(c.entry as string);
      const platforms = list(c.channels).map((ch) => text(ch.platform, 16));
      return {
        id,
        name: text(c.name) || id,
        platforms: [...new Set(platforms.filter((p) => platformId.test(p)))],
        peak: readPeak(c.peak),
        average: whole(c.average) ?? 0,
        hours: whole(c.hours_watched) ?? 0,
        minutes: whole(c.airtime_minutes) ?? 0,
        broadcasts: whole(c.broadcasts) ?? 0,
        entry: live ? (c.entry as string) : (latest.get(c.id as string) ?? ""),
        live,
      };
    }),
    categories: list(x.categories).map((c) => {
      const name = text(c.name) || text(c.id);
      return {
        id: text(c.id, 200),
        name,
        name_ko: text(c.name_ko) || name,
        hours: whole(c.hours_watched) ?? 0,
        broadcasts: whole(c.broadcasts) ?? 0,
      };
    }),
  };
}

/** The curves out of an answer of /v1/streams/{id}/history; undefined when it is not one. */
export function readCurves(x: unknown): Curve[] | undefined {
  if (!isObject(x) || !Array.isArray(x.series)) return undefined;
  let room = maxPoints;
  return x.series.slice(0, maxCurves).flatMap((s) => {
    if (!isObject(s) || !platformId.test(s.platform as string) || !Array.isArray(s.points)) return [];
    const points = s.points.slice(0, room).flatMap((p) => {
      const at = isObject(p) ? time(p.at) : Number.NaN;
      const viewers = isObject(p) ? count(p.viewers) : null;
      const peak = isObject(p) ? count(p.peak) : null;
      return Number.isNaN(at) || viewers === null ? [] : [{ at, viewers, peak: Math.max(viewers, peak ?? 0) }];
    });
    room -= points.length;
    return [{ id: text(s.id, 100), platform: s.platform as string, points: points.sort((a, b) => a.at - b.at) }];
  });
}

export interface Answer<T> {
  readonly value?: T;
  readonly trouble?: DayTrouble;
}

/** Asks the server. "no-cache": the browser asks with the ETag it holds, and an answer that did not change costs a header. */
async function ask<T>(
  get: typeof fetch,
  url: string,
  read: (x: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<Answer<T>> {
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    const answer = await get(url, { cache: "no-cache", credentials: "omit", signal: stop });
    if (answer.status === 404) return { trouble: "absent" };
    if (answer.status === 503) return { trouble: "starting" };
    const value = answer.ok ? read(await answer.json()) : undefined;
    return value === undefined ? { trouble: "broken" } : { value };
  } catch {
    return { trouble: navigator.onLine === false ? "offline" : "broken" };
  }
}

export function askDay(get: typeof fetch, server: string, q: DayQuery, sort: DaySort, signal: AbortSignal) {
  return ask(get, `${server}/v1/days/${q.day}?span=${q.span}&sort=${sort}&limit=${maxRows}`, readDay, signal);
}

/** All that is kept of an entry: a day that is past is cut out of it by who draws it. */
export function askCurves(get: typeof fetch, server: string, entry: string, signal: AbortSignal) {
  return ask(get, `${server}/v1/streams/${encodeURIComponent(entry)}/history?span=30d`, readCurves, signal);
}
