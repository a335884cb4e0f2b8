// What the pages draw.

import type { Entry } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { PlatformView } from "./platforms.ts";
import type { AlertRules, Favourite, FavouriteGroup, HiddenRule, Prefs } from "./settings.ts";

/** How current the list is. */
export interface Status {
  /**
   * loading: nothing to show yet · stored: the list is the stored one, no answer yet · live: changes are pushed ·
   * polling: asked for at intervals · offline: the browser has no network · error: the server does not answer
   */
  readonly phase: "loading" | "stored" | "live" | "polling" | "offline" | "error";
  /** Local time (Date.now()) when the server last confirmed the list; 0 never. The list's age is Date.now() − confirmedAt. */
  readonly confirmedAt: number;
  /** Why it is not live: `network`, `timeout`, `status <n>`, `not onair`; "" when it is. */
  readonly problem: string;
  /** Local time of the next try; 0 when none is planned. */
  readonly retryAt: number;
}

/** Something that may be taken back with store.undo(). */
export interface Undo {
  readonly what: "hide" | "unhide" | "star" | "unstar" | "import" | "reset" | "group";
  /** The thing, for people. */
  readonly name: string;
}

/** An alert that was raised, newest first in State.missed. */
export interface Missed {
  /** Unix milliseconds. */
  readonly at: number;
  readonly why: "favourite" | "category" | "over" | "hot";
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly platform: string;
  readonly viewers: number | null;
  /** Whether a notification was shown, or what kept it back. */
  readonly shown: "yes" | "quiet" | "paused" | "gap" | "blocked";
}

/** Everything to draw. Immutable; unchanged parts are the same objects. */
export interface State {
  /** The top 2,000, most viewers first. */
  readonly entries: readonly Entry[];
  /** What the server found for the filter beyond them, likewise sorted; empty when nothing is narrowed. */
  readonly beyond: readonly Entry[];
  readonly platforms: readonly PlatformView[];
  /** Entries that the server knows in all, and their viewers. */
  readonly total: number;
  readonly viewers: number;
  readonly status: Status;
  /** The log's present time in ms, renewed at least every 10 s while visible; for ages and uptimes. */
  readonly now: number;
  readonly filter: Filter;
  readonly prefs: Prefs;
  readonly favourites: readonly Favourite[];
  readonly groups: readonly FavouriteGroup[];
  readonly hidden: readonly HiddenRule[];
  readonly alerts: AlertRules;
  readonly missed: readonly Missed[];
  /** Local time up to which `missed` was read. */
  readonly missedRead: number;
  /** The server in use, and all that were. Origins. */
  readonly server: string;
  readonly servers: readonly string[];
  readonly undo: Undo | null;
  /** Parts of the stored settings could not be read and are back at their defaults. */
  readonly repaired: boolean;
  /** The last write to storage failed: changes live until the page closes. */
  readonly unsaved: boolean;
}
