// What a filter finds beyond the pushed set of 2,000: asked for, at most every 10 s, while the server knows more entries
// than the set has.

import type { Entry } from "./entry.ts";
import { type Filter, isDefault } from "./filter.ts";
import { serverQuery } from "./filtercode.ts";
import { jitter, type Live, listRoute, wait } from "./live.ts";

const every = 10_000;
/** Somebody is typing. */
const pause = 400;

export class Beyond {
  /** Sorted by viewers; may repeat what is in the set. */
  entries: readonly Entry[] = [];

  #query = "";
  #changed = () => {};
  #running: AbortController | undefined;
  #askedAt = -every;

  constructor(
    private readonly live: Live,
    private readonly told: () => void,
  ) {}

  narrow(filter: Filter): void {
    const query = isDefault(filter) ? "" : serverQuery(filter);
    if (query === this.#query) return;
    this.#query = query;
    if (this.entries.length) {
      this.entries = [];
      this.told();
    }
    this.#changed();
  }

  start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#follow(this.#running.signal).catch(() => {}); // ends by stop only
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      const changed = new Promise<void>((done) => {
        this.#changed = done;
      });
      const query = this.#query;
      if (query && this.live.resume.total > this.live.board.size) {
        await wait(Math.max(pause, this.#askedAt + every - Date.now()), signal);
        if (query !== this.#query) continue;
        this.#askedAt = Date.now();
        const answer = await this.live
          .ask(`${listRoute}&${query}`, "", signal)
          .catch(() => signal.throwIfAborted() as undefined);
        const found = answer && (await this.live.slowly(answer.text).catch(() => undefined))?.entries;
        if (found && query === this.#query) {
          this.entries = found;
          this.told();
        }
      }
      await Promise.race([changed, wait(jitter(every), signal)]);
    }
  }
}
