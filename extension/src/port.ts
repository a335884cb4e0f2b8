// What the program needs from where it runs. Two implementations: chrome.ts (the only file that touches chrome.*) and
// web.ts (the page that the hub serves). Everything above this line of code is the same in all builds.

import type { Filter } from "./model/filter.ts";

/** How a link opens. */
export type OpenHow = "current" | "tab" | "window";

/** Stored values, by key. */
export interface Storage {
  /** Absent keys are absent in the answer; no keys is all. */
  read(keys?: readonly string[]): Promise<Record<string, unknown>>;
  /** undefined removes the key. Rejects when the store is full. */
  write(items: Record<string, unknown>): Promise<void>;
  /** Tells what was stored, by anybody, the writer too; returns the way to stop. */
  watch(told: (changed: Record<string, unknown>) => void): () => void;
}

/** What a page needs from its surroundings. */
export interface Port extends Storage {
  /** Extension pages may ask for permissions and have a worker; the web page has neither. */
  readonly extension: boolean;
  /** The server that is used until another is chosen: an origin without a slash at its end. */
  readonly server: string;
  open(url: string, how: OpenHow): void;
  /** Where the address line is ours: the filter in it, and writing one there. */
  shownFilter?(): Filter | undefined;
  showFilter?(filter: Filter): void;
  /** Asks for the permission to show alerts; only from a click. */
  askNotify(): Promise<boolean>;
  /** Asks to reach a server's address (`https://host/*`) where that needs a permission; only from a click. */
  askReach(pattern: string): Promise<boolean>;
}

/** What the extension's worker needs. Listeners are registered at once when it starts: Chrome wakes it for them. */
export interface WorkerPort extends Pick<Port, "read" | "write" | "watch" | "server"> {
  /** The browser's own sync between a person's machines. */
  readonly sync: Storage;
  /** Calls each minute while switched on; survives the worker's sleep. */
  onAlarm(then: () => void): void;
  alarm(on: boolean): Promise<void>;
  mayNotify(): Promise<boolean>;
  notify(id: string, title: string, message: string): void;
  onNotificationClick(then: (id: string) => void): void;
  badge(text: string, colour: string): void;
  openTab(url: string): void;
  /** What a click on the icon does: the list in a tab, or in the side panel. */
  setUpAction(): void;
  /** The language of the browser. */
  language(): string;
  /** The list's own page. */
  listPage(): string;
}
