// The log's present time, from the server's clock pair and this machine's clock corrected by the answers' headers.

import type { Clock } from "./api.ts";

/** Headers count whole seconds and answers take time to arrive: a correction smaller than this is noise. */
const noise = 2000;

export class LogClock {
  /** Milliseconds to add to this machine's clock; to be stored, so that ages are right before the first answer. */
  offset = 0;
  #pair: Clock | undefined;
  #real = 0;
  #log = 0;

  /** Learns from an answer that arrived at local time `at`. */
  observe(headers: Headers, at: number): void {
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date)) return;
    const offset = date + (Number(headers.get("age")) || 0) * 1000 + 500 - at;
    if (Math.abs(offset - this.offset) > noise) this.offset = offset;
  }

  set(pair: Clock): void {
    this.#pair = pair;
    this.#real = Date.parse(pair.real);
    this.#log = Date.parse(pair.log);
  }

  /** Log time in ms at a local time. Without a pair the two clocks are taken to run together. */
  now(local: number): number {
    const real = local + this.offset;
    return this.#pair ? this.#log + this.#pair.speed * (real - this.#real) : real;
  }
}
