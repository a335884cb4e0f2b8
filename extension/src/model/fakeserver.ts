// A server for tests, behind a fetch: a list, its ETag, the event stream with resets and resumption, and faults on demand.
// It follows the contract in api/openapi.yaml: ids are <boot>-<n>, a known one is gone on from, any other gives a reset.

import { type Sample, sampleRow } from "./sample.ts";

interface Removed {
  id: string;
  now?: string;
}

interface Stream {
  at: number | undefined; // n up to which everything was sent; undefined: a reset comes first
  send: (text: string) => void;
  end: () => void;
}

const wait = (ms: number, signal?: AbortSignal | null) =>
  new Promise<void>((done, fail) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(signal.reason);
    });
  });

export class FakeServer {
  rows = new Map<string, Sample>();
  /** Requests that came, by route without the query of the list. */
  asked: { route: string; headers: Record<string, string> }[] = [];
  /** How long the list takes: it is of the moment at which it was asked for. */
  delay = 0;
  /** How many of the next lists fail. */
  failing = 0;
  /** Nothing answers. */
  down = false;
  /** What the event stream answers instead of streaming. */
  refusal: (() => Response) | undefined;
  /** Streams open but nothing ever comes, as behind a proxy that holds events back. */
  buffering = false;
  total: number | undefined;
  seq = 100;

  private boot = 1;
  private n = 1;
  private changedAt = new Map<string, number>();
  private removedAt = new Map<string, { n: number; removed: Removed }>();
  private streams = new Set<Stream>();

  get open(): number {
    return this.streams.size;
  }

  /** One new snapshot: rows put and ids dropped; sent to the streams. */
  change(rows: readonly Sample[], removed: readonly Removed[] = []): void {
    this.n++;
    this.seq++;
    for (const r of rows) {
      this.rows.set(r.id, r);
      this.changedAt.set(r.id, this.n);
      this.removedAt.delete(r.id);
    }
    for (const r of removed) {
      if (!this.rows.delete(r.id)) continue;
      this.changedAt.delete(r.id);
      this.removedAt.set(r.id, { n: this.n, removed: r });
    }
    for (const s of this.streams) this.push(s);
  }

  put(id: string, over: Partial<Sample> = {}, platforms: readonly string[] = []): Sample {
    const row = sampleRow(id, over, platforms);
    this.change([row]);
    return row;
  }

  /** Connections break; the process remembers. */
  cut(): void {
    for (const s of [...this.streams]) s.end();
    this.streams.clear();
  }

  /** A new process: it knows no event of the old one. */
  restart(): void {
    this.cut();
    this.boot++;
    this.n = 1;
    this.changedAt.clear();
    this.removedAt.clear();
    for (const id of this.rows.keys()) this.changedAt.set(id, 1);
  }

  private push(s: Stream): void {
    if (s.at === undefined) {
      s.send(`event: reset\nid: ${this.boot}-${this.n}\ndata: {"seq":${this.seq}}\n\n`);
    } else {
      const from = s.at;
      const upserts = [...this.rows.values()].filter((r) => (this.changedAt.get(r.id) ?? 0) > from);
      const removed = [...this.removedAt.values()].filter((r) => r.n > from).map((r) => r.removed);
      if (!upserts.length && !removed.length) return;
      s.send(
        `event: changes\nid: ${this.boot}-${this.n}\ndata: ${JSON.stringify({ seq: this.seq, as_of: null, upserts, removed })}\n\n`,
      );
    }
    s.at = this.n;
  }

  list(): Sample[] {
    const sorted = [...this.rows.values()].sort(
      (a, b) => (b.viewers ?? -1) - (a.viewers ?? -1) || (a.id < b.id ? -1 : 1),
    );
    return sorted.map((r, i) => ({ rank: i + 1, rank_change: 0, trend: [1, 2, 3], ...r }));
  }

  readonly fetch = (async (input: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input);
    const headers = init.headers as Record<string, string>;
    this.asked.push({ route: url.pathname, headers });
    init.signal?.throwIfAborted();
    if (this.down) throw new TypeError("failed to fetch");
    const common = { date: new Date().toUTCString() };
    if (url.pathname === "/v1/events") return this.refusal?.() ?? this.events(headers["Last-Event-ID"], init.signal);
    if (url.pathname === "/v1/platforms") {
      const clock = { real: "2026-11-23T00:00:00Z", log: "2026-11-23T00:00:00Z", speed: 1 };
      return Response.json({ seq: this.seq, as_of: null, platforms: [], clock }, { headers: common });
    }
    const asOf = { seq: this.seq, as_of: null, total: this.total ?? this.rows.size, viewers: 5, streams: this.list() };
    const etag = `"${JSON.stringify(asOf).length}-${this.boot}-${this.n}"`;
    await wait(this.delay, init.signal);
    if (this.failing > 0) {
      this.failing--;
      return new Response("{}", { status: 503, headers: { ...common, "retry-after": "1" } });
    }
    if (this.down) throw new TypeError("failed to fetch");
    if (headers["If-None-Match"] === etag) return new Response(null, { status: 304, headers: common });
    return Response.json(asOf, { headers: { ...common, etag } });
  }) as typeof fetch;

  private events(last: string | undefined, signal?: AbortSignal | null): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (c) => {
        const encoder = new TextEncoder();
        const [boot, n] = (last ?? "").split("-").map(Number);
        const known = boot === this.boot && n !== undefined && n <= this.n;
        const stream: Stream = {
          at: known ? n : undefined,
          send: (text) => c.enqueue(encoder.encode(text)),
          end: () => c.close(),
        };
        const leave = () => {
          this.streams.delete(stream);
          try {
            c.error(signal?.reason);
          } catch {
            // ended before
          }
        };
        signal?.addEventListener("abort", leave);
        if (this.buffering) return;
        this.streams.add(stream);
        stream.send("retry: 1000\n\n");
        this.push(stream);
      },
    });
    return new Response(body, { headers: { date: new Date().toUTCString() } });
  }

  /** What keeps a connection alive. */
  heartbeat(): void {
    for (const s of this.streams) s.send(":\n\n");
  }
}
