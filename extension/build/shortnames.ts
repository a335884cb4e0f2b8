// Names of properties that the build makes short.

/**
 * Names of our own objects, and of Preact's, that live only while a page does: never stored, sent, asked for by text (a key of a
 * catalogue is). They get short ones, the same in every chunk. shortnames.test.ts looks for the rest.
 */
export const inner: readonly string[] = [
  "allColumns",
  "columnsOf",
  "componentDidMount",
  "componentDidUpdate",
  "componentWillUnmount",
  "confirmedAt",
  "dismissed",
  "favouritesLast",
  "fitting",
  "forceUpdate",
  "hadFocus",
  "hrefOf",
  "idOf",
  "isFavourite",
  "lastId",
  "onFilter",
  "onHand",
  "onMore",
  "onMove",
  "onPanel",
  "painted",
  "platformName",
  "platformsBody",
  "pointed",
  "props",
  "resetFilter",
  "resized",
  "retryAfter",
  "retryAt",
  "scroller",
  "setFilter",
  "setPrefs",
  "setState",
  "settled",
  "shouldComponentUpdate",
  "slowly",
  "spoken",
  "subscribe",
  "takePlatforms",
  "toggleFavourite",
  "unofficial",
  "unsubscribe",
  "wantsFocus",
  "wordsNow",
];

/** What each is called instead, as the build's tool wants it. */
export const shortNames = (): Record<string, string> =>
  Object.fromEntries(inner.map((name, i) => [`$${name}`, `$${i.toString(36)}`]));
