// Which alerts a new list gives rise to. Pure: memory, list, rules and time in; memory and alerts out. The worker calls it
// once a minute. It never announces what was live already: not on the first look, not when a rule or a star was just made,
// not when an entry goes on under another id, not after a time in which nobody looked.

import { type Entry, entryName } from "./entry.ts";
import { favouriteOf } from "./favourites.ts";
import { hider } from "./hide.ts";
import { safeUrl, watchOrder } from "./links.ts";
import { pattern } from "./pattern.ts";
import type { AlertRules, Settings } from "./settings.ts";
import type { Missed } from "./state.ts";

export interface AlertMemory {
  /** When the last list was looked at; Unix ms. */
  readonly at: number;
  /** The rules then; a rule that changed begins with what it finds. */
  readonly rules: Readonly<Record<string, string>>;
  /** Favourites known then, and when each was last seen live (0: not). */
  readonly favourites: Readonly<Record<string, number>>;
  /** `rule|platform:id` of broadcasts that a rule matched, and when last. */
  readonly matched: Readonly<Record<string, number>>;
  /** When a person was last announced. */
  readonly said: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly history: readonly Missed[];
}

const minute = 60_000;
/** After a longer time without a look (sleep, no network) what is live then is not news. */
const gap = 10 * minute;
/** A favourite that is missing for less than this did not stop: it fell out of the set, or a platform hiccuped. */
const blink = 10 * minute;
/** Somebody who was live this long before we first saw it did not just go live: small streams rise into the set. */
const late = 30 * minute;
/** Longer than a broadcast that crosses a bound again and again. */
const remember = 12 * 60 * minute;
/** More is not read by anybody, and is written to storage every minute. */
const maxHistory = 100;
const maxMatched = 5000;
/** After a gap, so that one night does not push everything else out. */
const maxAtOnce = 20;

export interface AlertInput {
  readonly memory: AlertMemory | undefined;
  readonly entries: readonly Entry[];
  /** The log's time of the list, for the age of broadcasts; ms. */
  readonly asOf: number;
  readonly settings: Pick<Settings, "alerts" | "favourites" | "hidden" | "prefs">;
  readonly now: number;
  /** Local time of day in minutes. */
  readonly minuteOfDay: number;
  /** Whether notifications may be shown. */
  readonly allowed: boolean;
}

/** Whether a time of day lies in the quiet hours, which may run over midnight. */
export function isQuiet(a: AlertRules, minuteOfDay: number): boolean {
  const { quietFrom: from, quietTo: to } = a;
  return from <= to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
}

type Rule = "category" | "over" | "hot";
const rules: readonly Rule[] = ["category", "over", "hot"];

function matches(rule: Rule, e: Entry, a: AlertRules): boolean {
  if (a.langs.length && !a.langs.includes(e.lang?.code ?? "")) return false;
  const c = e.category;
  if (rule === "category")
    return (
      c !== null && (a.categories.includes(c.id) || a.categories.includes(c.group)) && (e.viewers ?? 0) >= a.categoryMin
    );
  if (rule === "over") return a.over > 0 && (e.viewers ?? 0) >= a.over;
  return a.hot && e.hot;
}

export function decide({ memory, entries, asOf, settings, now, minuteOfDay, allowed }: AlertInput): {
  memory: AlertMemory;
  show: Missed[];
} {
  const { alerts: a, favourites, prefs } = settings;
  const first = memory === undefined;
  const wasAway = !first && now - memory.at > gap;
  const form: Record<Rule, string> = {
    category: `${a.categories}|${a.categoryMin}|${a.langs}`,
    over: `${a.over}|${a.langs}`,
    hot: `${a.hot}|${a.langs}`,
  };
  const knew = (rule: Rule): boolean => !first && memory.rules[rule] === form[rule];
  const recent = (o: Readonly<Record<string, number>> = {}, keep: number): [string, number][] =>
    Object.entries(o).filter(([, at]) => now - at < keep);
  const matched = new Map(recent(memory?.matched, remember));
  const said = new Map(recent(memory?.said, Math.max(a.cooldown, 1) * minute));
  const seenLive = new Map(favourites.map((f) => [f.id, memory?.favourites[f.id] ?? 0]));
  const favourite = favouriteOf(favourites);
  const hidden = hider(settings.hidden, pattern);
  const found: Missed[] = [];
  const keptBack = wasAway
    ? "gap"
    : a.pausedUntil > now
      ? "paused"
      : isQuiet(a, minuteOfDay)
        ? "quiet"
        : allowed
          ? "yes"
          : "blocked";

  for (const e of entries) {
    let why: Missed["why"] | undefined;
    const f = favourite(e);
    if (f) {
      const last = memory?.favourites[f.id];
      const started = e.started_at ? asOf - Date.parse(e.started_at) : 0;
      const began = last !== undefined && now - last > blink && !(started > late);
      if (a.favourites && began && !f.quiet && (a.groups === null || a.groups.includes(f.group))) why = "favourite";
      seenLive.set(f.id, now);
    }
    if (!hidden(e))
      for (const rule of rules) {
        if (!matches(rule, e, a)) continue;
        const marks = e.broadcasts.map((b) => `${rule}|${b.platform}:${b.id}`);
        if (knew(rule) && !marks.some((m) => matched.has(m))) why ??= rule;
        for (const m of marks) matched.set(m, now);
      }
    const person = f?.id ?? e.creator.id;
    if (!why || said.has(person) || found.length >= maxAtOnce) continue;
    said.set(person, now);
    const [b] = watchOrder(e, prefs.preferredPlatforms);
    found.push({
      at: now,
      why,
      name: entryName(e),
      title: e.title,
      url: safeUrl(b?.url),
      platform: b?.platform ?? "",
      viewers: e.viewers,
      shown: keptBack,
    });
  }
  return {
    memory: {
      at: now,
      rules: form,
      favourites: Object.fromEntries(seenLive),
      matched: Object.fromEntries([...matched].sort((x, y) => y[1] - x[1]).slice(0, maxMatched)),
      said: Object.fromEntries(said),
      history: [...found, ...(memory?.history ?? [])].slice(0, maxHistory),
    },
    show: keptBack === "yes" ? found : [],
  };
}

/** Memory of anything stored; undefined is a first look. */
export function readMemory(x: unknown): AlertMemory | undefined {
  const m = x as AlertMemory | undefined;
  const parts = [m?.rules, m?.favourites, m?.matched, m?.said];
  return m &&
    Number.isFinite(m.at) &&
    parts.every((p) => typeof p === "object" && p !== null) &&
    Array.isArray(m.history)
    ? m
    : undefined;
}
