// The connection to a server, for as long as somebody looks: pushed changes, or questions at intervals where pushing does
// not work. It keeps a Board and tells its owner; it never stores and never draws. Every wait has a random part, so that
// the readers of a server that restarted do not return in one instant.

import { Board, type Removed } from "./board.ts";
import { LogClock } from "./clock.ts";
import { count, createReader, type Entry, isObject } from "./entry.ts";
import { eventParser, type ServerEvent } from "./events.ts";
import { type PlatformView, readPlatforms } from "./platforms.ts";
import type { Status } from "./state.ts";

const second = 1000;
/** Comments come every 15 s: after this silence the connection is dead, whatever the system says. */
const silence = 40 * second;
/** Something comes at once on a new stream; when nothing does, a proxy in between holds it back. */
const firstEvent = 10 * second;
/** Where pushing does not work: how often to ask, and when to try pushing again. */
const pollEvery = 30 * second;
const pushAgain = 600 * second;
const platformsEvery = 30 * second;
/** Trends and changes of rank are not pushed; they are as old as the last whole list. */
const renewEvery = 300 * second;
/** Waits after failures double from the first to the last. */
const firstRetry = second;
const lastRetry = 60 * second;
/** How far the readers of a server spread their fetches after a reset. */
const resetSpread = 2 * second;
const requestTimeout = 20 * second;
/** A server may ask for patience, but not for ever. */
const maxRetryAfter = 300 * second;
/** Characters of a list that are read in one go: some hundred rows, a few ms. */
const part = 150_000;
/** Before the rows of a list, and between two of them. Quotes inside a text are escaped: these stand nowhere else. */
const before = '"streams":[';
const between = '},{"id":"';
/** Events kept while a list is under way; when it takes longer than this many, the stream is begun anew. */
const maxKept = 500;

export interface LiveOptions {
  /** Origin. */
  readonly server: string;
  readonly fetch: typeof fetch;
  readonly online: () => boolean;
  /** Something changed: entries, platforms or status. */
  readonly changed: () => void;
}

/** What a later session can go on from. */
export interface Resume {
  etag: string;
  lastEventId: string;
  seq: number;
  total: number;
  viewers: number;
}

interface Changes {
  readonly upserts: readonly Entry[];
  readonly removed: readonly Removed[];
  readonly id: string;
}

class Failure extends Error {
  constructor(
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

export const jitter = (ms: number): number => ms * (0.85 + 0.3 * Math.random());

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      fail(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      done();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

export const listRoute = "/v1/streams?limit=2000";

export class Live {
  readonly board = new Board();
  readonly clock = new LogClock();
  platforms: readonly PlatformView[] = [];
  /** The answer that they were read from, to be stored. */
  platformsBody: unknown;
  status: Status = { phase: "loading", confirmedAt: 0, problem: "", retryAt: 0 };
  resume: Resume = { etag: "", lastEventId: "", seq: 0, total: 0, viewers: 0 };

  readonly #read: ReturnType<typeof createReader>;
  #running: AbortController | undefined;
  #failures = 0;
  #platformsEtag = "";
  /** Events that wait for the list under way; undefined while there is none. */
  #kept: Changes[] | undefined;
  /** The seq that a reset asked for, and the reset's id, until a list has it. */
  #due: { seq: number; id: string } | undefined;
  #syncing = false;

  readonly #o: LiveOptions;

  constructor(o: LiveOptions) {
    this.#o = o;
    this.#read = createReader(o.server);
  }

  /** Goes live until stop. */
  start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    const { signal } = this.#running;
    for (const part of [this.#follow(signal), this.#followPlatforms(signal)]) part.catch(() => {}); // they end by abort only
  }

  /** Ends every request and timer. */
  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  /** Tries at once: somebody asked, or the network is back. */
  retry(): void {
    if (!this.#running) return;
    this.#failures = 0;
    this.stop();
    this.start();
  }

  /** Reads rows of a list or an event; what is no row is left out. */
  rows(list: unknown): Entry[] {
    return Array.isArray(list) ? list.map(this.#read).filter((e) => e !== undefined) : [];
  }

  /** Reads the list in an answer, a part at a time, so that no frame is late. */
  async slowly(text: string): Promise<{ body: Record<string, unknown>; entries: Entry[] }> {
    const from = text.indexOf(before) + before.length;
    const end = text.lastIndexOf("]");
    const entries: Entry[] = [];
    try {
      for (let at = from; at < end; ) {
        const next = text.indexOf(between, at + part);
        const to = next < 0 ? end : next + 1;
        entries.push(...this.rows(JSON.parse(`[${text.slice(at, to)}]`)));
        at = to + 1;
        await new Promise((next) => setTimeout(next));
      }
      return { body: JSON.parse(text.slice(0, from) + text.slice(end)), entries };
    } catch {
      const body: unknown = await new Response(text).json().catch(() => undefined); // written by another hand
      if (!isObject(body) || !Array.isArray(body.streams)) throw new Failure("not onair");
      return { body, entries: this.rows(body.streams) };
    }
  }

  #tell(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
    this.#o.changed();
  }

  #confirmed(phase: "live" | "polling"): void {
    const back = this.status.phase !== "live" && this.status.phase !== "polling";
    this.#failures = 0;
    this.#tell({ phase, confirmedAt: Date.now(), problem: "", retryAt: 0 });
    if (back && this.#running) this.#askPlatforms(this.#running.signal).catch(() => {});
  }

  /** Pushed changes, or polls where streams do not work, with pauses after failures. */
  async #follow(signal: AbortSignal): Promise<void> {
    let pushFrom = 0;
    for (;;) {
      try {
        if (!this.#o.online()) throw new Failure("network");
        if (Date.now() >= pushFrom && !(await this.#stream(signal))) pushFrom = Date.now() + jitter(pushAgain);
        signal.throwIfAborted();
        await this.#askList(signal, 0);
        this.#confirmed("polling");
        await wait(jitter(pollEvery), signal);
      } catch (e) {
        signal.throwIfAborted();
        const failure = e instanceof Failure ? e : new Failure("network");
        const pause = Math.max(jitter(Math.min(firstRetry * 2 ** this.#failures++, lastRetry)), failure.retryAfter);
        this.#tell({
          phase: this.#o.online() ? "error" : "offline",
          problem: failure.message,
          retryAt: Date.now() + pause,
        });
        await wait(pause, signal);
      }
    }
  }

  /** One stream until it breaks, which is a Failure. Returns false when streams do not work here although the server answers. */
  async #stream(outer: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    const signal = AbortSignal.any([outer, own.signal]);
    const cut = () => own.abort();
    let watchdog = setTimeout(cut, firstEvent);
    let any = false;
    try {
      const id = this.resume.lastEventId;
      if (!this.board.size) this.#synchronise(signal, 0).catch(() => {}); // beside the stream: a reset that asks for no more is content with it
      const answer = await this.#o.fetch(`${this.#o.server}/v1/events`, {
        ...plain,
        signal,
        headers: id ? { "Last-Event-ID": id } : {},
      });
      if (!answer.ok || !answer.body) {
        const again = answer.status >= 500 || answer.status === 429;
        if (again && !(await answer.text()).includes("too-many-event-streams")) throw failed(answer);
        return false;
      }
      this.clock.observe(answer.headers, Date.now());
      const parse = eventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let renewAt = Date.now() + jitter(renewEvery);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Failure("network");
        clearTimeout(watchdog);
        watchdog = setTimeout(cut, silence);
        for (const e of parse(value)) this.#event(e, signal, cut);
        if (!this.#kept && (!any || this.status.phase === "live")) {
          if (any)
            this.status = { ...this.status, confirmedAt: Date.now() }; // shown with the next tick
          else this.#confirmed("live"); // gone on from the last event
        }
        any = true;
        if (Date.now() > renewAt) {
          renewAt = Date.now() + jitter(renewEvery);
          this.#synchronise(signal, 0).catch(() => {});
        }
      }
    } catch (e) {
      outer.throwIfAborted();
      if (e instanceof Failure) throw e;
      if (own.signal.aborted && !any) return false;
      throw new Failure(own.signal.aborted ? "timeout" : "network");
    } finally {
      clearTimeout(watchdog);
      own.abort();
      if (this.#due) this.resume.lastEventId = ""; // a list is still due: the next stream has to begin with a reset
      this.#due = undefined;
      this.#kept = undefined;
      this.#syncing = false;
    }
  }

  #event(e: ServerEvent, signal: AbortSignal, cut: () => void): void {
    const data: unknown = JSON.parse(e.data);
    if (!isObject(data)) return;
    if (e.event === "reset") {
      this.#due = { seq: count(data.seq) ?? 0, id: e.id };
      this.#kept = [];
      this.#synchronise(signal, this.board.size ? Math.random() * resetSpread : 0).catch(cut);
    } else if (e.event === "changes") {
      const removed = Array.isArray(data.removed)
        ? data.removed.filter((r) => isObject(r) && typeof r.id === "string")
        : [];
      const changes = { upserts: this.rows(data.upserts), removed: removed as unknown as Removed[], id: e.id };
      this.resume.seq = Math.max(this.resume.seq, count(data.seq) ?? 0);
      if (!this.#kept) this.#apply([changes]);
      else if (this.#kept.push(changes) > maxKept) cut();
    }
  }

  #apply(list: readonly Changes[]): void {
    for (const c of list) {
      this.board.apply(c.upserts, c.removed);
      this.resume.etag = ""; // the set is no longer what that list was
      this.resume.lastEventId = c.id;
    }
    this.#confirmed("live");
  }

  /** Fetches the list while events are kept, then applies them. Asks until it has what a reset wants; without one, once. */
  async #synchronise(signal: AbortSignal, pause: number): Promise<void> {
    if (this.#syncing) return; // the one under way sees the new `due`
    this.#syncing = true;
    this.#kept ??= [];
    await wait(pause, signal);
    for (let tries = 0; ; tries++) {
      try {
        const seq = await this.#askList(signal, this.#due?.seq ?? this.resume.seq);
        if (!this.#due || seq >= this.#due.seq) break;
      } catch (e) {
        signal.throwIfAborted();
        if (!this.#due) break;
        const failure = e instanceof Failure ? e : new Failure("network");
        await wait(Math.max(jitter(Math.min(firstRetry * 2 ** tries, lastRetry)), failure.retryAfter), signal);
      }
    }
    const kept = this.#kept;
    const due = this.#due;
    this.#syncing = false;
    this.#kept = undefined;
    this.#due = undefined;
    if (due) this.resume.lastEventId = due.id;
    if (this.board.size || due) this.#apply(kept);
  }

  /** The whole list onto the board; the seq that it has. */
  async #askList(signal: AbortSignal, minSeq: number): Promise<number> {
    const etag = this.board.size ? this.resume.etag : "";
    const answer = await this.ask(listRoute + (minSeq ? `&min_seq=${minSeq}` : ""), etag, signal);
    if (!answer) return Infinity;
    const { body, entries } = await this.slowly(answer.text);
    signal.throwIfAborted();
    this.board.replace(entries);
    const seq = count(body.seq) ?? 0;
    Object.assign(this.resume, {
      etag: answer.etag,
      seq,
      total: count(body.total) ?? entries.length,
      viewers: count(body.viewers) ?? 0,
    });
    if (!this.#kept) this.resume.lastEventId = "";
    this.#o.changed();
    return seq;
  }

  async #askPlatforms(signal: AbortSignal): Promise<void> {
    const answer = await this.ask("/v1/platforms", this.#platformsEtag, signal);
    if (answer && this.takePlatforms(JSON.parse(answer.text))) this.#platformsEtag = answer.etag;
  }

  /** Takes an answer of /v1/platforms, fresh or stored; false when it is none. */
  takePlatforms(body: unknown): boolean {
    const read = readPlatforms(body);
    if (!read) return false;
    this.platformsBody = body;
    this.platforms = read.platforms;
    this.clock.set(read.clock);
    this.#o.changed();
    return true;
  }

  async #followPlatforms(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (!this.platforms.length || this.status.phase === "live" || this.status.phase === "polling")
        await this.#askPlatforms(signal).catch(() => signal.throwIfAborted());
      await wait(jitter(platformsEvery), signal);
    }
  }

  /** One question; undefined when the answer is that nothing changed. */
  async ask(route: string, etag: string, outer: AbortSignal): Promise<{ text: string; etag: string } | undefined> {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(requestTimeout)]);
    const answer = await this.#o.fetch(this.#o.server + route, {
      ...plain,
      signal,
      headers: etag ? { "If-None-Match": etag } : {},
    });
    this.clock.observe(answer.headers, Date.now());
    if (answer.status === 304) return undefined;
    if (!answer.ok) throw failed(answer);
    return { text: await answer.text(), etag: answer.headers.get("etag") ?? "" };
  }
}

/** No cookies, and no copy in the browser's cache beside our own. */
const plain = { cache: "no-store", credentials: "omit" } as const;

function failed(answer: Response): Failure {
  answer.body?.cancel().catch(() => {});
  return new Failure(
    `status ${answer.status}`,
    Math.min((Number(answer.headers.get("retry-after")) || 0) * second, maxRetryAfter),
  );
}
