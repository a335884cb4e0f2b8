// What the reader chose: its shape and its defaults.

import { defaultFilter, type Filter } from "./filter.ts";

/** `all`, `fav`, `p:<platform>` or `c:<category or group>`. Platforms that are not in the list come after it, shown. */
export interface ColumnSetting {
  readonly id: string;
  readonly hidden: boolean;
}

export type BadgeSource = "off" | "favourites" | "live" | "hot" | "missed";

/** How it looks and behaves. */
export interface Prefs {
  readonly theme: "system" | "light" | "dark";
  readonly contrast: "system" | "more";
  readonly motion: "system" | "reduce";
  readonly lang: "system" | "ko" | "en";
  readonly density: "comfortable" | "compact" | "text";
  readonly open: "current" | "tab" | "window";
  /** Which platform of a simulcast opens first; those not named come after, most viewers first. */
  readonly preferredPlatforms: readonly string[];
  /** Milliseconds until the large picture; 0 is never. */
  readonly hoverDelay: number;
  readonly onboarded: boolean;
  /** Favourites first in the unified ranking, with their true ranks. */
  readonly pinFavourites: boolean;
  readonly columns: readonly ColumnSetting[];
  readonly badge: BadgeSource;
  readonly badgeColour: string;
  /** Keep the settings in the browser's own sync. */
  readonly sync: boolean;
}

/** A person. One star covers every channel. */
export interface Favourite {
  /** The first of keys; fixed. */
  readonly id: string;
  readonly name: string;
  /** Creator ids and channels (`platform:channel`) that were seen to be this person. */
  readonly keys: readonly string[];
  /** A group's id, or "". */
  readonly group: string;
  /** No alert when they go live, whatever the rules say. */
  readonly quiet?: true;
}

export interface FavouriteGroup {
  readonly id: string;
  readonly name: string;
}

export interface HiddenRule {
  /** kind:value */
  readonly id: string;
  readonly kind: "creator" | "category" | "keyword" | "regexp";
  /** Creator id, category id, words, or pattern. */
  readonly value: string;
  /** For the list of what is hidden. */
  readonly label: string;
  /** Of a creator: all that names it, as in Favourite. */
  readonly keys: readonly string[];
}

export interface AlertRules {
  /** The switch over everything below. */
  readonly on: boolean;
  readonly favourites: boolean;
  /** Only favourites in these groups ("" is the one without a name); null is all. */
  readonly groups: readonly string[] | null;
  /** Broadcasts that begin in, or change to, one of these categories or groups … */
  readonly categories: readonly string[];
  /** … with at least this many viewers. */
  readonly categoryMin: number;
  /** Broadcasts that pass this many viewers; 0 is off. */
  readonly over: number;
  /** Broadcasts far above what their channel usually has. */
  readonly hot: boolean;
  /** The last three: only in these languages; empty is all. */
  readonly langs: readonly string[];
  /** Local time in minutes since midnight; from = to is off. May run over midnight. */
  readonly quietFrom: number;
  readonly quietTo: number;
  /** Unix milliseconds; 0 is not paused. */
  readonly pausedUntil: number;
  /** Minutes in which a person is not announced again. */
  readonly cooldown: number;
}

/** Everything chosen for one server. */
export interface Settings {
  readonly prefs: Prefs;
  readonly filter: Filter;
  readonly favourites: readonly Favourite[];
  readonly groups: readonly FavouriteGroup[];
  readonly hidden: readonly HiddenRule[];
  readonly alerts: AlertRules;
}

export const defaultPrefs: Prefs = {
  theme: "system",
  contrast: "system",
  motion: "system",
  lang: "system",
  density: "comfortable",
  open: "tab",
  preferredPlatforms: [],
  hoverDelay: 600,
  onboarded: false,
  pinFavourites: false,
  columns: [
    { id: "all", hidden: false },
    { id: "fav", hidden: false },
  ],
  badge: "off",
  badgeColour: "#d92d41",
  sync: true,
};

export const defaultAlerts: AlertRules = {
  on: false,
  favourites: true,
  groups: null,
  categories: [],
  categoryMin: 100,
  over: 0,
  hot: false,
  langs: ["ko"],
  quietFrom: 0,
  quietTo: 0,
  pausedUntil: 0,
  cooldown: 10,
};

export const defaultSettings: Settings = {
  prefs: defaultPrefs,
  filter: defaultFilter,
  favourites: [],
  groups: [],
  hidden: [],
  alerts: defaultAlerts,
};
