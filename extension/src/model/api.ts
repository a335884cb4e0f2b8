// Generated from api/openapi.yaml by `npm run types`. Do not edit.

/** A platform's short name. New ones appear without a new version of this document. */
export type PlatformID = string;

/** Platform, colon, the platform's own id (Chzzk liveId, SOOP broad_no, Twitch stream id, YouTube video id). */
export type BroadcastID = string;

/** How many people watch now; null when hidden. An entry's is the sum of its broadcasts' known counts. */
export type Viewers = number | null;

/** A thing with an id and a name to show. */
export interface Ref {
  /** Stable within its kind. */
  id: string;
  /** For people; may be empty, may change. */
  name: string;
}

/** The language spoken, and how it is known. */
export interface Lang {
  /** Lower-case primary subtag; `other` for not Korean, without knowing more. */
  code: string;
  /** What it was taken from. */
  reason: "operator" | "declared" | "title" | "name" | "memory" | "country" | "platform" | "label" | "keyboard" | "romanised" | "llm";
  /** How sure, in percent. */
  confidence: number;
}

/** A place in one small tree of what streams are about, and how it is known. */
export interface Category {
  /** Stable: a group (`talk`), or a group and a subject in it (`game.league-of-legends`). */
  id: string;
  /** In English; as the platform writes it where no table knows it. */
  name: string;
  /** In Korean; likewise. */
  name_ko: string;
  /** The upper level's id. */
  group: string;
  /** Who says so: the platform, the stream's own words, or a language model. */
  reason: "platform" | "text" | "llm";
  /** How sure, in percent. */
  confidence: number;
}

/** One rendition of a thumbnail. */
export interface Picture {
  /** Absolute link, or a path on this node. */
  url: string;
  /** In pixels; null when unknown. */
  width: number | null;
  /** In pixels; null when unknown. */
  height: number | null;
}

/** A picture of the broadcast: a stored copy, or the platform's own. Load it without a referrer. */
export interface Thumbnail {
  /** Absolute link, or a path on this node (`/thumbs/…`). */
  url: string;
  /** In pixels; null when unknown. */
  width: number | null;
  /** In pixels; null when unknown. */
  height: number | null;
  /** A smaller one for lists, of a stored copy; null when there is none. */
  small: Picture | null;
}

/** One live session on one platform. */
export interface Broadcast {
  platform: PlatformID;
  /** The platform's own id of the session. */
  id: string;
  /** Who broadcasts there. */
  channel: {
    /** The platform's own id of the channel. */
    id: string;
    /** For people. */
    name: string;
  };
  /** The page to watch at; null when unknown. */
  url: string | null;
  /** One line of plain text, not HTML. */
  title: string;
  viewers: Viewers;
}

/** An entry without what depends on other entries or on time going by. Its `id` is that of the broadcast that came first. */
export interface Row {
  id: BroadcastID;
  creator: Ref;
  /** One line of plain text, not HTML. */
  title: string;
  viewers: Viewers;
  /** What it is about; null when nobody names it and its words do not tell. */
  category: Category | null;
  /** null when unknown. */
  lang: Lang | null;
  /** null when unknown. */
  started_at: string | null;
  /** When the viewer count was seen. In events: as of the last change of anything else in the row. */
  observed_at: string;
  /** For adults only. Such entries come with `include=adult` only. */
  adult: boolean;
  /** Behind a password or a subscription. Such entries come with `include=locked` only. */
  locked: boolean;
  /** A league, a broadcaster or a relay rather than a person. */
  official: boolean;
  /** Why `official`; null when it is not. */
  official_reason: "platform" | "operator" | "league" | "broadcaster" | "relay" | null;
  /** Started less than 30 minutes ago. */
  new: boolean;
  /** Grows beyond what its whole platform does at this hour. */
  rising: boolean;
  /** Far more viewers than its channel usually has. */
  hot: boolean;
  /** null when there is none. */
  thumbnail: Thumbnail | null;
  /** The live sessions joined in this entry, at most one a platform, most viewers first. */
  broadcasts: Broadcast[];
}

/** A row of the ranking. */
export interface Entry {
  id: BroadcastID;
  creator: Ref;
  /** One line of plain text, not HTML. */
  title: string;
  viewers: Viewers;
  /** What it is about; null when nobody names it and its words do not tell. */
  category: Category | null;
  /** null when unknown. */
  lang: Lang | null;
  /** null when unknown. */
  started_at: string | null;
  /** When the viewer count was seen. */
  observed_at: string;
  /** For adults only. Such entries come with `include=adult` only. */
  adult: boolean;
  /** Behind a password or a subscription. Such entries come with `include=locked` only. */
  locked: boolean;
  /** A league, a broadcaster or a relay rather than a person. */
  official: boolean;
  /** Why `official`; null when it is not. */
  official_reason: "platform" | "operator" | "league" | "broadcaster" | "relay" | null;
  /** Started less than 30 minutes ago. */
  new: boolean;
  /** Grows beyond what its whole platform does at this hour. */
  rising: boolean;
  /** Far more viewers than its channel usually has. */
  hot: boolean;
  /** null when there is none. */
  thumbnail: Thumbnail | null;
  /** The live sessions joined in this entry, at most one a platform, most viewers first. */
  broadcasts: Broadcast[];
  /** Place among all entries by viewers, whatever the filters; null when it has ended, or is for adults or locked. */
  rank: number | null;
  /** Places gained in 15 minutes, negative when lost; null when it was not live then. */
  rank_change: number | null;
  /** Minutes from one value of `trend` to the next. Absent: 1. */
  trend_step?: number;
  /**
   * Viewers at each of the last 60 minutes, or at every `trend_step`-th of them, oldest first, the last minute always included;
   * null where it was not live or the count was hidden.
   */
  trend: (number | null)[];
}

/** Share of one platform in the filtered set. */
export interface PlatformCount {
  id: PlatformID;
  /** Entries with a broadcast there. */
  entries: number;
  /** Sum of known counts. */
  viewers: number;
}

/** Share of one category in the filtered set. */
export interface CategoryCount {
  /** For `category` of `/v1/streams`. */
  id: string;
  /** In English. */
  name: string;
  /** In Korean. */
  name_ko: string;
  /** The upper level's id. */
  group: string;
  entries: number;
  viewers: number;
}

/** One page of the ranking. */
export interface StreamList {
  /** The last message of the log that changed anything shown. */
  seq: number;
  /** Log time of that message; null when there was none. */
  as_of: string | null;
  /** Entries in the filtered set. */
  total: number;
  /** Their known viewers. */
  viewers: number;
  /** By platform. */
  platforms: PlatformCount[];
  /** By category, most viewers first; the first 100. */
  categories: CategoryCount[];
  /** The entries, in the order asked for. */
  streams: Entry[];
  /** The `cursor` of the next page; null on the last one. */
  next: string | null;
}

/** One entry. */
export interface StreamDocument {
  seq: number;
  as_of: string | null;
  /** Nothing of the entry is live any more. */
  ended: boolean;
  stream: Entry;
}

/** An observation, the last of its step. */
export interface HistoryPoint {
  /** When it was seen. */
  at: string;
  /** Only known counts are kept. */
  viewers: number;
  /** The highest observation of the step. */
  peak: number;
  /** How long the step is that it stands for. */
  step_seconds: 60 | 600;
}

/** The history of one broadcast. */
export interface HistorySeries {
  id: BroadcastID;
  platform: PlatformID;
  /** The platform's own id of the channel; null when no longer known. */
  channel: string | null;
  /** Oldest first. */
  points: HistoryPoint[];
}

/** What was seen of one entry's broadcasts and channels. */
export interface History {
  id: BroadcastID;
  /** The broadcast asked for, those beside it in its entry, then earlier ones of their channels, the latest first. */
  series: HistorySeries[];
}

/** What was on air as a step ended. */
export interface TotalPoint {
  /** Where the step begins. */
  at: string;
  /** Sum of known counts at the last minute's end. */
  viewers: number;
  /** The largest sum of a minute in the step. */
  peak: number;
  /** Broadcasts on air at the last minute's end. */
  live: number;
}

/** Viewers over time. */
export interface TotalHistory {
  /** null for all together. */
  platform: PlatformID | null;
  since: string;
  until: string;
  step_seconds: 60 | 600;
  /** Oldest first. */
  points: TotalPoint[];
}

/** The most at one moment. */
export interface Peak {
  viewers: number;
  /** When: the minute of a platform and of the whole, where its ten minutes begin of anything else. */
  at: string;
}

/** What all platforms together drew. */
export interface DayTotal {
  /** null when nothing is known. */
  peak: Peak | null;
  /** Over the minutes that are known; null when none is. */
  average: number | null;
  /** Over the minutes that are known. */
  hours_watched: number;
  /** How many different ones showed a count. */
  broadcasts: number;
  /** Place i: the last known sum of the step that begins at since + i × step_seconds; null where nothing is known. Ends with `as_of`. */
  viewers: (number | null)[];
  /** Broadcasts on air, in the same places. */
  live: (number | null)[];
}

/** What one platform drew. */
export interface DayPlatform {
  id: PlatformID;
  /** null when nothing is known. */
  peak: Peak | null;
  /** Over the minutes that are known; null when none is. */
  average: number | null;
  /** Over the minutes that are known. */
  hours_watched: number;
  /** How many different ones showed a count. */
  broadcasts: number;
  /** Place i: the last known sum of the step that begins at since + i × step_seconds; null where nothing is known. Ends with `as_of`. */
  viewers: (number | null)[];
  /** Broadcasts on air, in the same places. */
  live: (number | null)[];
}

/** A channel that was on air. */
export interface DayChannel {
  platform: PlatformID;
  /** The platform's own id of the channel. */
  id: string;
  /** For people; its id when nobody knows. */
  name: string;
}

/** Who broadcast, and what that drew. */
export interface DayCreator {
  place: number;
  /** A creator's id, or `<platform>:<channel>`. */
  id: string;
  name: string;
  /** Most watched first. */
  channels: DayChannel[];
  peak: Peak;
  average: number;
  hours_watched: number;
  /** Minutes with a count shown; broadcasts at once count once. */
  airtime_minutes: number;
  broadcasts: number;
  /** The entry that is on air now; null when none is. */
  entry: BroadcastID | null;
}

/** What was shown, and what that drew. */
export interface DayCategory {
  id: string;
  name: string;
  name_ko: string;
  group: string;
  hours_watched: number;
  broadcasts: number;
}

/** One broadcast, and what it drew in these days. */
export interface DayBroadcast {
  place: number;
  id: BroadcastID;
  platform: PlatformID;
  channel: Ref;
  creator: Ref;
  /** One line of plain text, not HTML; empty when unknown. */
  title: string;
  /** What it was last about; null when unknown. */
  category: {
    id: string;
    name: string;
    name_ko: string;
    group: string;
  } | null;
  peak: Peak;
  average: number;
  hours_watched: number;
  airtime_minutes: number;
  /** First observation. */
  first_at: string;
  /** Last observation. */
  last_at: string;
  /** On air now. */
  live: boolean;
}

/** One day, or some, to look back on. */
export interface Day {
  /** The last of the days. */
  day: string;
  days: 1 | 7 | 30;
  since: string;
  until: string;
  /** Counted up to here; `until` when the days are over. */
  as_of: string;
  /** The last day is past. */
  over: boolean;
  /** The first day of which something is kept; null when nothing is. */
  first_day: string | null;
  /** The last one. */
  last_day: string | null;
  /** An hour where the days are more than seven. */
  step_seconds: 600 | 3600;
  total: DayTotal;
  /** In the order of `/v1/platforms`. */
  platforms: DayPlatform[];
  creators: DayCreator[];
  broadcasts: DayBroadcast[];
  /** Most hours watched first. */
  categories: DayCategory[];
}

/** A site with live streams, and how well we see it. */
export interface Platform {
  id: PlatformID;
  /** In English. */
  name: string;
  /** In Korean. */
  name_ko: string;
  /** Link to the site. */
  home: string;
  /** As #rrggbb. */
  colour: string;
  /** Path data of an SVG with viewBox 0 0 24 24. */
  icon: string;
  /** Live there now. */
  broadcasts: number;
  /** Sum of known counts. */
  viewers: number;
  /** Log time of its last good answer; null before the first. */
  last_page_at: string | null;
  /** Seconds between two looks at the whole list; null when unknown. */
  cadence_seconds: number | null;
  /** `off` is switched off or lacks a setting. */
  state: "ok" | "degraded" | "down" | "off";
  /** Why it is not ok, for people. */
  reason: string | null;
}

/** A fixed pair of instants: the log's present time is log + speed × (now − real). */
export interface Clock {
  real: string;
  log: string;
  /** 1 except in a demo. */
  speed: number;
}

/** All platforms. */
export interface PlatformList {
  seq: number;
  as_of: string | null;
  platforms: Platform[];
  clock: Clock;
}

/** All categories. */
export interface CategoryList {
  seq: number;
  as_of: string | null;
  categories: CategoryCount[];
}

/** Data of the event `reset`: fetch the list. */
export interface Reset {
  /** For `min_seq` of the fetch. */
  seq: number;
}

/** An id that left the set. */
export interface Removed {
  id: BroadcastID;
  now?: BroadcastID;
}

/** Data of the event `changes`: rows to insert or replace, then ids to drop. `now` is the id under which a dropped entry goes on. */
export interface Changes {
  seq: number;
  as_of: string | null;
  upserts: Row[];
  removed: Removed[];
}

/** How the node is. */
export interface Health {
  status: "ok" | "degraded";
  /** Of the program. */
  version: string;
  problems: HealthProblem[];
}

/** One thing that is not as it should be. */
export interface HealthProblem {
  /** Which part of the node. */
  part: string;
  /** For people. */
  detail: string;
}

/** An error (RFC 9457). */
export interface Problem {
  /** Which kind of error. */
  type: "/docs#problem-bad-parameter" | "/docs#problem-not-found" | "/docs#problem-method-not-allowed" | "/docs#problem-too-many-requests" | "/docs#problem-internal" | "/docs#problem-not-ready" | "/docs#problem-behind" | "/docs#problem-too-many-event-streams";
  /** The kind in words. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** What was wrong this time. */
  detail: string;
  /** The parameter at fault. */
  parameter?: string;
  /** `/readyz`: what is missing. */
  problems?: HealthProblem[];
}
