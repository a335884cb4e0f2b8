// The model: everything the pages know and do, without a DOM. In go the server's answers, what is stored, and actions; out
// come an immutable state and pure functions over it. The pages (src/ui) call it; it never draws, and it reaches the
// browser only through a Port.
//
//   const store = createStore(port);          // port from ../chrome.ts (extension) or ../web.ts (page)
//   await store.ready;                        // stored settings and list are read: milliseconds, no network
//   render(…); store.start();                 // goes live while the document is visible, after the first paint
//   store.subscribe(() => draw(store.get())); // at most once a frame
//   store.select("all")                       // rows of a column; memoised, rows that did not change are the same objects
//
// Not here, so that it is loaded when it is used: freeze.ts, manage.ts (panels), multiview.ts, search.ts, pattern.ts.

export type { Broadcast, Category, Lang } from "./api.ts";
export type { Entry } from "./entry.ts";
export { categoryName, entryKeys, entryName } from "./entry.ts";
export type { AddressError, ImportError, PatternError } from "./errors.ts";
export { defaultFilter, type Filter, isDefault, type SortKey } from "./filter.ts";
export { age, compact, uptime } from "./format.ts";
export type { Freeze } from "./freeze.ts";
export { safeUrl, watchOrder, watchUrl } from "./links.ts";
export type { Manage } from "./manage.ts";
export { type Freshness, freshness, type PlatformView } from "./platforms.ts";
export type { CategoryCount, Counts, Group, Row, Selection } from "./select.ts";
export {
  type AlertRules,
  type BadgeSource,
  type ColumnSetting,
  defaultPrefs,
  type Favourite,
  type FavouriteGroup,
  type HiddenRule,
  type Prefs,
} from "./settings.ts";
export type { Missed, State, Status, Undo } from "./state.ts";
export { createStore, type Store, type StoreOptions } from "./store.ts";
