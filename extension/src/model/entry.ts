// A row of the list as the pages hold it: the server's row, checked, with what the last fetch knew besides.

import type { Broadcast, Category, Lang, Row as WireRow } from "./api.ts";

/** One entry. Immutable: one that did not change is the same object. */
export interface Entry extends Omit<WireRow, "adult" | "locked" | "observed_at"> {
  /** For keyed lists, focus and selection: stays when the entry goes on under another member's id. */
  readonly key: string;
  /** Viewers of the last 60 minutes, oldest first, one every trend_step minutes; as of the last fetch, empty before one. */
  readonly trend: readonly (number | null)[];
  readonly trend_step: number;
  /** Rank among all 15 minutes before the last fetch; null when it was not live. */
  readonly was: number | null;
}

/** What may be longer than any page shows is cut: a hostile title costs layout time in every row. */
const maxText = 300;
/** An entry has at most one broadcast a platform; more than this is not a list of ours. */
const maxBroadcasts = 16;
/** Categories and languages are shared between entries; past this many, somebody makes them up. */
const maxShared = 5000;

// Control characters, and those that turn the direction of the text around them.
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const platformId = /^[a-z][a-z0-9]{0,15}$/;
const broadcastId = /^[\w-]{1,64}$/;

type Loose = Record<string, unknown>;

export const isObject = (x: unknown): x is Loose => typeof x === "object" && x !== null && !Array.isArray(x);

export function text(x: unknown, max = maxText): string {
  if (typeof x !== "string") return "";
  return (x.length > max ? x.slice(0, max) : x).replace(unsafe, "");
}

/** A whole number from 0 to 2,000,000,000, or null. */
export function count(x: unknown): number | null {
  return Number.isInteger(x) && (x as number) >= 0 && (x as number) <= 2e9 ? (x as number) : null;
}

/**
 * Reads rows and entries of the server. Things that many rows share (categories, languages) become one object. Pictures
 * that the server keeps itself are named by their path there.
 */
export function createReader(server = "") {
  const shared = new Map<string, unknown>();
  /** The one object for all that say the same; null without an id of its own. */
  const share = <T>(x: unknown, id: string, make: (x: Loose, id: string) => T): T | null => {
    if (!isObject(x)) return null;
    const name = text(x[id], 200);
    if (!name) return null;
    const key = JSON.stringify(x);
    const made = (shared.get(key) as T | undefined) ?? make(x, name);
    if (shared.size > maxShared) shared.clear();
    shared.set(key, made);
    return made;
  };

  /** A path is one of the server's. */
  const picture = ({ url, width, height }: Loose) => ({
    url: text(url, 2000).replace(/^\/(?!\/)/, `${server}/`),
    width: count(width),
    height: count(height),
  });

  /** An entry, or undefined when it is not one. */
  return (x: unknown): Entry | undefined => {
    if (!isObject(x) || !isObject(x.creator) || !Array.isArray(x.broadcasts)) return undefined;
    const id = text(x.id, 100);
    const title = text(x.title);
    const broadcasts = x.broadcasts
      .slice(0, maxBroadcasts)
      .filter((b) => isObject(b) && platformId.test(b.platform as string) && broadcastId.test(b.id as string))
      .map((b) => ({
        platform: b.platform,
        id: b.id,
        channel: { id: text(b.channel?.id, 200), name: text(b.channel?.name) },
        url: typeof b.url === "string" ? b.url : null,
        title: b.title === x.title ? title : text(b.title),
        viewers: count(b.viewers),
      })) as Broadcast[];
    if (!id || !broadcasts.length) return undefined;
    const thumb = x.thumbnail;
    const rank = count(x.rank);
    const official = x.official === true;
    return {
      id,
      key: id,
      creator: { id: text(x.creator.id, 200) || id, name: text(x.creator.name) },
      title,
      viewers: count(x.viewers),
      category: share(x.category, "id", (c, id) => {
        const name = text(c.name) || id;
        const group = text(c.group, 200) || id.split(".")[0];
        return { ...c, id, name, name_ko: text(c.name_ko) || name, group } as Category;
      }),
      lang: share(x.lang, "code", (l, code) => ({ ...l, code }) as Lang),
      started_at: typeof x.started_at === "string" ? x.started_at : null,
      official,
      official_reason: official ? (x.official_reason as Entry["official_reason"]) : null,
      new: x.new === true,
      rising: x.rising === true,
      hot: x.hot === true,
      thumbnail: isObject(thumb)
        ? { ...picture(thumb), small: isObject(thumb.small) ? picture(thumb.small) : null }
        : null,
      broadcasts,
      trend: Array.isArray(x.trend) ? x.trend.slice(-60).map(count) : [],
      trend_step: count(x.trend_step) || 1,
      was: rank !== null && Number.isInteger(x.rank_change) ? rank + (x.rank_change as number) : null,
    };
  };
}

/** The order of the ranking: most viewers first, hidden counts last, then by id. */
export function byViewers(a: Entry, b: Entry): number {
  return (b.viewers ?? -1) - (a.viewers ?? -1) || (a.id < b.id ? -1 : 1);
}

/** What names the person behind an entry: the creator, and each channel (`platform:channel`) that is live. */
export function entryKeys(e: Entry): string[] {
  return [
    ...new Set([e.creator.id, ...e.broadcasts.filter((b) => b.channel.id).map((b) => `${b.platform}:${b.channel.id}`)]),
  ];
}

/** The name to show: the creator's, or the first channel's, or the id. */
export function entryName(e: Entry): string {
  return e.creator.name || e.broadcasts.find((b) => b.channel.name)?.channel.name || e.id;
}

/** A category's name in the language of the page. */
export function categoryName(c: Pick<Category, "name" | "name_ko">, lang: string): string {
  return lang === "ko" ? c.name_ko : c.name;
}
