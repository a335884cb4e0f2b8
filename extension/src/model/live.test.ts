import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Entry } from "./entry.ts";
import { FakeServer } from "./fakeserver.ts";
import { Live } from "./live.ts";
import { anyId, anySample, sampleRow } from "./sample.ts";

const second = 1000;
const minute = 60 * second;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-23T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

function client(server: FakeServer, online = () => true) {
  const live = new Live({ server: "https://hub.example", fetch: server.fetch, online, changed: () => {} });
  return live;
}

/** Advances, with heartbeats as a server sends them. */
async function pass(server: FakeServer, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10 * second) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 10 * second));
    server.heartbeat();
  }
  await vi.advanceTimersByTimeAsync(1);
}

const shown = (e: Entry) => [e.id, e.viewers, e.title, e.new, e.hot, e.category?.id, e.broadcasts.map((b) => b.id)];
const routes = (s: FakeServer, route: string) => s.asked.filter((a) => a.route === route);

function expectSame(live: Live, server: FakeServer): void {
  const want = live.rows(server.list());
  expect(live.board.entries().map(shown)).toEqual(want.map(shown));
  const keys = live.board.entries().map((e) => e.key);
  expect(new Set(keys).size).toBe(keys.length);
}

describe("convergence", () => {
  const row = fc
    .tuple(anyId, anySample, fc.subarray(["soop", "twitch"]))
    .map(([id, over, p]) => sampleRow(id, over, p));
  const command = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("change" as const),
        rows: fc.array(row, { maxLength: 4 }),
        drop: fc.array(anyId, { maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("rename" as const), pick: fc.nat(), to: anyId }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("merge" as const), pick: fc.nat(), into: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("slow" as const), ms: fc.integer({ min: 0, max: 4000 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.constant({ do: "cut" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "down" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "hide" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "later" as const }) },
  );

  test("any mix of events, lists and faults ends in what a fresh fetch gives", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
        const server = new FakeServer();
        for (let i = 1; i <= 5; i++) server.put(`chzzk:${i}`, { viewers: i });
        const live = client(server);
        live.start();
        for (const c of commands) {
          const ids = [...server.rows.keys()];
          if (c.do === "change")
            server.change(
              c.rows,
              c.drop.filter((id) => !c.rows.some((r) => r.id === id)).map((id) => ({ id })),
            );
          else if (c.do === "rename" && ids.length && !server.rows.has(c.to)) {
            const id = ids[c.pick % ids.length] as string;
            server.change(
              [{ ...(server.rows.get(id) as never as ReturnType<typeof sampleRow>), id: c.to }],
              [{ id, now: c.to }],
            );
          } else if (c.do === "merge" && ids.length > 1) {
            const id = ids[c.pick % ids.length] as string;
            const now = ids[c.into % ids.length] as string;
            if (id !== now)
              server.change(
                [{ ...(server.rows.get(now) as never as ReturnType<typeof sampleRow>), title: "함께" }],
                [{ id, now }],
              );
          } else if (c.do === "wait") await pass(server, c.ms);
          else if (c.do === "slow") server.delay = c.ms;
          else if (c.do === "fail") server.failing = c.times;
          else if (c.do === "cut") server.cut();
          else if (c.do === "restart") server.restart();
          else if (c.do === "later") await pass(server, 6 * minute);
          else if (c.do === "down") {
            server.down = true;
            server.cut();
            await pass(server, 5 * second);
            server.down = false;
          } else if (c.do === "hide") {
            live.stop();
            await pass(server, second);
            live.start();
          }
        }
        server.failing = 0;
        server.delay = 0; // else the last change below may wait for a slow list that is just due
        await pass(server, 3 * minute); // longer than the longest wait after a failure
        expectSame(live, server);
        expect(live.status.phase).toBe("live");
        server.put("chzzk:777", { viewers: 7 });
        await pass(server, second);
        expectSame(live, server);
        live.stop();
      }),
      { numRuns: 30 },
    );
  }, 300_000);
});

describe("protocol", () => {
  test("a first look asks for the list once, beside the stream", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    const live = client(server);
    live.start();
    await pass(server, 10 * second);
    expectSame(live, server);
    expect(routes(server, "/v1/streams").length).toBe(1);
    expect(live.status).toMatchObject({ phase: "live", problem: "" });
    live.stop();
  });

  test("events that came while the list was under way are kept and applied after it", async () => {
    const server = new FakeServer();
    server.put("chzzk:1", { viewers: 1 });
    server.delay = 3 * second;
    const live = client(server);
    live.start();
    await pass(server, second);
    server.put("chzzk:1", { viewers: 5 }); // the list that is under way has 1
    await pass(server, second);
    expect(live.board.size).toBe(0);
    await pass(server, 5 * second);
    expect(live.board.entries()[0]?.viewers).toBe(5);
    live.stop();
  });

  test("a stream goes on from its last event, without another list", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    const live = client(server);
    live.start();
    await pass(server, 5 * second);
    server.put("chzzk:2");
    await pass(server, second);
    server.cut();
    server.put("chzzk:3");
    await pass(server, 5 * second);
    expectSame(live, server);
    expect(routes(server, "/v1/streams").length).toBe(1);
    expect(routes(server, "/v1/events").at(-1)?.headers["Last-Event-ID"]).toMatch(/^1-/);
    live.stop();
  });

  test("a reset that was not followed by a list is due again", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    const live = client(server);
    live.start();
    await pass(server, 5 * second);
    server.restart();
    server.put("chzzk:2");
    server.delay = 10 * second;
    await pass(server, 4 * second); // reset came, list under way
    server.cut();
    server.delay = 0;
    await pass(server, 10 * second);
    expect(routes(server, "/v1/events").at(-1)?.headers).toEqual({});
    expectSame(live, server);
    live.stop();
  });

  test("after a reset readers wait a random while before they fetch", async () => {
    const pauses = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const server = new FakeServer();
      server.put("chzzk:1");
      const live = client(server);
      live.board.replace(live.rows(server.list()));
      live.start();
      let ms = 0;
      for (; !routes(server, "/v1/streams").length; ms += 20) await vi.advanceTimersByTimeAsync(20);
      expect(ms).toBeLessThanOrEqual(2100);
      pauses.add(ms);
      live.stop();
    }
    expect(pauses.size).toBeGreaterThan(1);
  });

  test("trend and ranks of then are carried, and renewed every five minutes", async () => {
    const server = new FakeServer();
    server.put("chzzk:1", { viewers: 1 });
    const live = client(server);
    live.start();
    await pass(server, 5 * second);
    server.put("chzzk:1", { viewers: 2 });
    await pass(server, second);
    expect(live.board.entries()[0]).toMatchObject({ viewers: 2, trend: [1, 2, 3], was: 1 });
    await pass(server, 6 * minute);
    expect(routes(server, "/v1/streams").length).toBe(2);
    live.stop();
  });

  test("an entry that goes on under another id keeps its key and its trend", async () => {
    const server = new FakeServer();
    server.put("chzzk:1", {}, ["soop"]);
    const live = client(server);
    live.start();
    await pass(server, 5 * second);
    server.change([sampleRow("soop:1_1")], [{ id: "chzzk:1", now: "soop:1_1" }]);
    await pass(server, second);
    expect(live.board.entries()[0]).toMatchObject({ id: "soop:1_1", key: "chzzk:1", trend: [1, 2, 3] });
    live.stop();
  });

  test("an entry whose id changed between two lists is found by its members", async () => {
    const server = new FakeServer();
    const live = client(server);
    live.board.replace(live.rows([sampleRow("chzzk:1", {}, ["soop"])]));
    live.board.replace(live.rows([sampleRow("soop:1_1")]));
    expect(live.board.entries()[0]).toMatchObject({ id: "soop:1_1", key: "chzzk:1" });
    expect(server.asked).toEqual([]);
  });
});

describe("manners", () => {
  test("stopped, nothing runs", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    const live = client(server);
    live.start();
    await pass(server, 30 * second);
    live.stop();
    await vi.advanceTimersByTimeAsync(10);
    const asked = server.asked.length;
    expect(server.open).toBe(0);
    await pass(server, 60 * minute);
    expect(server.asked.length).toBe(asked);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits after failures grow, differ, and end at a minute", async () => {
    const server = new FakeServer();
    server.down = true;
    const live = client(server);
    const times: number[] = [];
    live.start();
    for (let at = 0; at < 20 * minute; at += 100) {
      const before = routes(server, "/v1/events").length;
      await vi.advanceTimersByTimeAsync(100);
      if (routes(server, "/v1/events").length > before) times.push(at);
    }
    const pauses = times.slice(1).map((t, i) => t - (times[i] as number));
    expect(pauses[0]).toBeLessThan(2500); // the second wait
    expect(Math.max(...pauses)).toBeLessThanOrEqual(69_100);
    expect(pauses.slice(6).every((p) => p >= 50_000)).toBe(true);
    expect(new Set(pauses.slice(6)).size).toBeGreaterThan(1);
    expect(live.status).toMatchObject({ phase: "error", problem: "network" });
    expect(live.status.retryAt).toBeGreaterThan(Date.now());
    server.down = false;
    server.put("chzzk:1");
    live.retry();
    await pass(server, 3 * second);
    expect(live.status.phase).toBe("live");
    expectSame(live, server);
    live.stop();
  });

  test("where streams do not work the list is asked for, conditionally, and pushing tried again later", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    server.refusal = () => new Response("", { status: 404 });
    const live = client(server);
    live.start();
    await pass(server, 2 * minute);
    expect(live.status.phase).toBe("polling");
    const polls = routes(server, "/v1/streams");
    expect(polls.length).toBeGreaterThanOrEqual(3);
    expect(polls.length).toBeLessThanOrEqual(6);
    expect(polls.at(-1)?.headers["If-None-Match"]).toBeTruthy();
    server.put("chzzk:2");
    await pass(server, 40 * second);
    expectSame(live, server);
    server.refusal = undefined;
    await pass(server, 12 * minute);
    expect(live.status.phase).toBe("live");
    live.stop();
  });

  test("a proxy that holds events back is noticed", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    server.buffering = true;
    const live = client(server);
    live.start();
    await pass(server, 15 * second);
    expect(live.status.phase).toBe("polling");
    expectSame(live, server);
    live.stop();
  });

  test("a server that is not ready is tried again soon; one with too many streams is polled", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    server.refusal = () =>
      Response.json({ type: "/docs#problem-not-ready" }, { status: 503, headers: { "retry-after": "2" } });
    const live = client(server);
    live.start();
    await pass(server, second);
    expect(live.status).toMatchObject({ phase: "error", problem: "status 503" });
    server.refusal = undefined;
    await pass(server, 10 * second);
    expect(live.status.phase).toBe("live");
    live.stop();
    server.refusal = () => Response.json({ type: "/docs#problem-too-many-event-streams" }, { status: 503 });
    live.start();
    await pass(server, 2 * second);
    expect(live.status.phase).toBe("polling");
    live.stop();
  });

  test("a connection without a sign of life is given up", async () => {
    const server = new FakeServer();
    server.put("chzzk:1");
    const live = client(server);
    live.start();
    await pass(server, 5 * second);
    await vi.advanceTimersByTimeAsync(39 * second);
    expect(routes(server, "/v1/events").length).toBe(1);
    await vi.advanceTimersByTimeAsync(5 * second);
    expect(routes(server, "/v1/events").length).toBe(2);
    live.stop();
  });

  test("without a network it says so and asks nobody", async () => {
    const server = new FakeServer();
    let online = false;
    const live = client(server, () => online);
    live.start();
    await pass(server, 5 * second);
    expect(live.status.phase).toBe("offline");
    expect(routes(server, "/v1/events").length).toBe(0);
    online = true;
    live.retry();
    await pass(server, 5 * second);
    expect(live.status.phase).toBe("live");
    live.stop();
  });

  test("a server that is not ours is named", async () => {
    const server = new FakeServer();
    server.refusal = () => new Response("<html>", { status: 200 });
    const live = new Live({
      server: "https://x",
      fetch: (async () => new Response("<html>hello</html>", { status: 200 })) as unknown as typeof fetch,
      online: () => true,
      changed: () => {},
    });
    live.start();
    await vi.advanceTimersByTimeAsync(30 * second);
    expect(["error", "polling"]).toContain(live.status.phase);
    expect(live.board.size).toBe(0);
    live.stop();
  });
});

test("a list is read in parts, whatever its texts say and however it is written", async () => {
  const live = client(new FakeServer());
  vi.useRealTimers();
  const evil = ['},{"id":"x', '"streams":[', "]}", "\\", '\\"},{"id":"'];
  const rows = Array.from({ length: 900 }, (_, i) => sampleRow(`chzzk:${i}`, { title: `${evil[i % 5]} ${i}` }));
  const lists = [
    { seq: 5, categories: [{ id: "a" }, { id: "b" }], streams: rows, next: null },
    { seq: 5, streams: rows, categories: [{ id: "a" }, { id: "b" }] },
    { seq: 5, streams: [] },
  ];
  for (const text of lists.flatMap((l) => [JSON.stringify(l), JSON.stringify(l, null, 1)])) {
    const { body, entries } = await live.slowly(text);
    expect(entries).toEqual(live.rows(JSON.parse(text).streams));
    expect(body.seq).toBe(5);
  }
  for (const text of ["", "<html>", "{}", '{"streams":5}', '{"streams":[{]}', "[]"])
    await expect(live.slowly(text)).rejects.toThrow("not onair");
});

test("the log's time follows the server's clock, whatever this machine's says", async () => {
  const server = new FakeServer();
  const live = client(server);
  live.takePlatforms({
    platforms: [],
    clock: { real: "2026-11-23T12:00:00Z", log: "2026-11-20T00:00:00Z", speed: 60 },
  });
  const now = Date.now();
  expect(live.clock.now(now)).toBe(Date.parse("2026-11-20T00:00:00Z"));
  live.clock.observe(new Headers({ date: new Date(now + 3_600_000 - 30_000).toUTCString(), age: "30" }), now); // we are an hour behind
  expect(live.clock.now(now)).toBe(Date.parse("2026-11-20T00:00:00Z") + 60 * (3_600_000 + 500));
  const before = live.clock.now(now);
  live.clock.observe(new Headers({ date: new Date(now + 3_601_000).toUTCString() }), now); // noise
  expect(live.clock.now(now)).toBe(before);
});
