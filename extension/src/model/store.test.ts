import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Port } from "../port.ts";
import { freshDoc, seal } from "./doc.ts";
import { FakeServer } from "./fakeserver.ts";
import { defaultFilter } from "./filter.ts";
import { manage } from "./manage.ts";
import type { Page } from "./page.ts";
import { sampleEntry, sampleRow } from "./sample.ts";
import { createStore } from "./store.ts";

const second = 1000;
const server = "https://hub.example";

beforeEach(() => {
  vi.useFakeTimers({
    now: Date.parse("2026-11-23T12:00:00Z"),
    toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A browser profile: what is stored outlives its pages. */
class Profile {
  stored: Record<string, unknown> = {};
  writes = 0;
  full = false;
  opened: string[] = [];
  grant = true;
  private told = new Set<(changed: Record<string, unknown>) => void>();

  readonly port: Port = {
    extension: true,
    server,
    read: async (keys = []) =>
      JSON.parse(
        JSON.stringify(Object.fromEntries(keys.filter((k) => k in this.stored).map((k) => [k, this.stored[k]]))),
      ),
    write: async (items) => {
      if (this.full) throw new Error("full");
      this.writes++;
      Object.assign(this.stored, JSON.parse(JSON.stringify(items)));
      for (const t of this.told) t(items);
    },
    watch: (told) => {
      this.told.add(told);
      return () => this.told.delete(told);
    },
    open: (url, how) => void this.opened.push(`${how} ${url}`),
    askNotify: async () => this.grant,
    askReach: async () => this.grant,
  };
}

class FakePage implements Page {
  shown = true;
  connected = true;
  address = "";
  private told: ((what: "visibility" | "network" | "hash") => void) | undefined;
  visible = () => this.shown;
  online = () => this.connected;
  hash = () => this.address;
  setHash = (hash: string) => {
    this.address = hash;
  };
  frame = (then: () => void) => void setTimeout(then, 16);
  listen = (told: (what: "visibility" | "network" | "hash") => void) => {
    this.told = told;
    return () => {
      this.told = undefined;
    };
  };
  show(shown: boolean) {
    this.shown = shown;
    this.told?.("visibility");
  }
  say(what: "network" | "hash") {
    this.told?.(what);
  }
}

async function open(hub: FakeServer, profile = new Profile()) {
  const page = new FakePage();
  const store = createStore(profile.port, { page, fetch: hub.fetch });
  await store.ready;
  return { store, page, profile, panel: manage(store) };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const names = (rows: readonly { entry: { id: string } }[]) => rows.map((r) => r.entry.id);

function hubWith(n: number): FakeServer {
  const hub = new FakeServer();
  hub.change(Array.from({ length: n }, (_, i) => sampleRow(`chzzk:${i + 1}`, { viewers: 1000 - i })));
  return hub;
}

describe("first paint", () => {
  test("comes from what was stored, before and without any request", async () => {
    const hub = hubWith(5);
    const { store, profile } = await open(hub);
    expect(store.get().status.phase).toBe("loading");
    store.start();
    await pass(5 * second);
    store.stop();
    await pass(second);

    hub.down = true;
    hub.asked = [];
    const again = await open(hub, profile);
    expect(names(again.store.select("all").rows)).toEqual([1, 2, 3, 4, 5].map((n) => `chzzk:${n}`));
    expect(again.store.get().status).toMatchObject({ phase: "stored" });
    expect(again.store.get().status.confirmedAt).toBeGreaterThan(0);
    expect(hub.asked).toEqual([]);

    again.store.start();
    await pass(5 * second);
    expect(again.store.get().status).toMatchObject({ phase: "error", problem: "network" });
    expect(again.store.select("all").rows.length).toBe(5); // the last list stays
    again.store.stop();
  });

  test("the stream goes on from the stored event: no second list", async () => {
    const hub = hubWith(5);
    const first = await open(hub);
    first.store.start();
    await pass(5 * second);
    hub.put("soop:9", { viewers: 9999 });
    await pass(second);
    first.store.stop();
    await pass(second);
    hub.put("soop:10", { viewers: 5 });
    hub.asked = [];
    const { store } = await open(hub, first.profile);
    store.start();
    await pass(5 * second);
    expect(names(store.select("all").rows)).toEqual([
      "soop:9",
      "chzzk:1",
      "chzzk:2",
      "chzzk:3",
      "chzzk:4",
      "chzzk:5",
      "soop:10",
    ]);
    expect(hub.asked.map((a) => a.route)).not.toContain("/v1/streams");
    store.stop();
  });

  test("needs only the head of the list, and only one that is for these settings", async () => {
    const hub = hubWith(100);
    const { store, profile } = await open(hub);
    store.start();
    store.select("all");
    await pass(5 * second);
    store.stop();
    await pass(second);
    const { list } = profile.stored;

    delete profile.stored.list; // it is not read before the first paint
    const head = await open(hub, profile);
    expect(head.store.select("all")).toMatchObject({ total: 100 });
    expect(head.store.select("all").rows.length).toBe(60);
    expect(head.store.counts()).toMatchObject({ all: 100, platforms: { chzzk: 100 } });
    expect(head.store.get().status).toMatchObject({ phase: "stored" });
    head.store.setFilter({ max: 0 });
    expect(head.store.select("all").rows).toEqual([]); // what was asked for now, not what was shown then
    head.store.setFilter(defaultFilter);
    expect(head.store.select("all").rows.length).toBe(60);

    profile.stored.list = list;
    const whole = await open(hub, profile);
    whole.page.shown = false; // nobody is asked
    whole.store.start();
    await pass(second);
    expect(whole.store.select("all").rows.length).toBe(100);

    profile.stored.settings = seal({ ...freshDoc(server), edited: Date.now() });
    const other = await open(hub, profile);
    expect(other.store.select("all").rows.length).toBe(100); // a head for other settings is not used
  });

  test("damaged storage neither stops it nor is lost", async () => {
    const profile = new Profile();
    profile.stored = {
      settings: { v: 1, server, servers: { [server]: { prefs: { theme: "dark", density: 9 } } } },
      list: "x",
      alerts: 5,
    };
    const { store } = await open(hubWith(1), profile);
    expect(store.get()).toMatchObject({ repaired: true, prefs: { theme: "dark", density: "comfortable" } });
    expect(profile.stored["settings.damaged"]).toBeDefined();
  });

  test("storage that cannot be read gives the defaults", async () => {
    const profile = new Profile();
    profile.port.read = async () => Promise.reject(new Error("gone"));
    const { store } = await open(hubWith(1), profile);
    expect(store.get().prefs.theme).toBe("system");
  });
});

describe("while somebody looks", () => {
  test("nothing runs hidden, and it goes on when shown", async () => {
    const hub = hubWith(2);
    const { store, page } = await open(hub);
    store.start();
    await pass(5 * second);
    expect(hub.open).toBe(1);
    page.show(false);
    await pass(second);
    const asked = hub.asked.length;
    await pass(3600 * second);
    expect(hub.open).toBe(0);
    expect(hub.asked.length).toBe(asked);
    expect(vi.getTimerCount()).toBe(0);
    hub.put("chzzk:7", { viewers: 7 });
    page.show(true);
    await pass(5 * second);
    expect(names(store.select("all").rows)).toContain("chzzk:7");
    store.stop();
  });

  test("a page that opens hidden asks nobody", async () => {
    const hub = hubWith(2);
    const { store, page } = await open(hub);
    page.shown = false;
    store.start();
    await pass(60 * second);
    expect(hub.asked).toEqual([]);
    store.stop();
  });

  test("readers are told at most once a frame", async () => {
    const hub = hubWith(2);
    const { store } = await open(hub);
    let told = 0;
    store.subscribe(() => told++);
    await pass(100);
    told = 0;
    for (let i = 0; i < 10; i++) store.setFilter({ min: i });
    expect(store.get().filter.min).toBe(9);
    expect(told).toBe(0);
    await pass(16);
    expect(told).toBe(1);
  });

  test("entries that did not change are the same objects", async () => {
    const hub = hubWith(3);
    const { store } = await open(hub);
    store.start();
    await pass(5 * second);
    const before = store.select("all").rows;
    hub.put("chzzk:2", { viewers: 999 });
    await pass(second);
    const after = store.select("all").rows;
    expect(after.map((r, i) => r === before[i])).toEqual([true, false, true]);
    store.stop();
  });

  test("without a network it says so, and is back at once when it is", async () => {
    const hub = hubWith(1);
    const { store, page } = await open(hub);
    page.connected = false;
    store.start();
    await pass(5 * second);
    expect(store.get().status.phase).toBe("offline");
    page.connected = true;
    page.say("network");
    await pass(3 * second);
    expect(store.get().status.phase).toBe("live");
    store.stop();
  });
});

describe("beyond the set", () => {
  test("a filter is asked for, at most every ten seconds, while there is more than the set", async () => {
    const hub = hubWith(3);
    hub.total = 3000;
    const { store } = await open(hub);
    store.start();
    await pass(5 * second);
    const lists = () => hub.asked.filter((a) => a.route === "/v1/streams").length;
    const before = lists();
    await Promise.all([import("./beyond.ts"), import("./search.ts")]); // loading takes real time
    for (const q of ["ㅊ", "ㅊㄴ", "ㅊㄴㅈ", "ㅊㄴ"]) {
      store.setFilter({ q });
      await pass(700);
    }
    await pass(25 * second);
    expect(lists() - before).toBeGreaterThanOrEqual(2);
    expect(lists() - before).toBeLessThanOrEqual(4);
    store.setFilter(defaultFilter);
    await pass(second);
    const then = lists();
    await pass(60 * second);
    expect(lists()).toBe(then);
    store.stop();
  });
});

describe("choices", () => {
  test("are stored, seen by other pages, and taken back", async () => {
    const hub = hubWith(3);
    const a = await open(hub);
    const b = await open(hub, a.profile);
    a.store.start();
    b.store.start();
    await pass(5 * second);
    const [row] = a.store.select("all").rows;
    if (!row) throw new Error("no row");
    await a.store.toggleFavourite(row.entry);
    await pass(100);
    expect(a.store.get().undo).toEqual({ what: "star", name: "사람 1" });
    expect(a.store.select("all").rows[0]?.favourite).toBe(true);
    expect(b.store.get().favourites.length).toBe(1);
    await a.store.hide("creator", row.entry.creator.id, "사람 1", row.entry);
    await pass(100);
    expect(names(a.store.select("all").rows)).toEqual(["chzzk:2", "chzzk:3"]);
    expect(names(b.store.select("all").rows)).toEqual(["chzzk:2", "chzzk:3"]);
    a.store.setPrefs({ theme: "dark" });
    a.store.undo(); // of the hiding, not of the theme
    await pass(100);
    expect(a.store.get()).toMatchObject({ hidden: [], undo: null, prefs: { theme: "dark" } });
    expect(a.store.select("all").rows.length).toBe(3);
    a.store.stop();
    b.store.stop();
    await pass(100);
    const c = await open(hub, a.profile);
    expect(c.store.get()).toMatchObject({ prefs: { theme: "dark" }, repaired: false });
    expect(c.store.get().favourites.length).toBe(1);
  });

  test("filters are stored, words are not; the address line of a new tab is left alone", async () => {
    const hub = hubWith(3);
    const { store, page, profile } = await open(hub);
    store.setFilter({ q: "채널", sort: "name", langs: [] });
    await pass(100);
    expect(page.address).toBe("");
    const again = await open(hub, profile);
    expect(again.store.get().filter).toMatchObject({ q: "", sort: "name", langs: [] });
    store.go("settings");
    expect([store.route(), page.address]).toEqual(["settings", "#settings"]);
  });

  test("a write that fails is said, and the choice holds for the page", async () => {
    const { store, profile } = await open(hubWith(1));
    profile.full = true;
    store.setPrefs({ density: "text" });
    await pass(100);
    expect(store.get()).toMatchObject({ unsaved: true, prefs: { density: "text" } });
    profile.full = false;
    store.setPrefs({ density: "compact" });
    await pass(100);
    expect(store.get().unsaved).toBe(false);
  });

  test("favourites learn from the list", async () => {
    const hub = new FakeServer();
    hub.put("chzzk:1");
    const { store } = await open(hub);
    store.start();
    await pass(5 * second);
    await store.toggleFavourite(sampleEntry("chzzk:1"));
    hub.put("chzzk:1", { creator: { id: "creator:9", name: "합친 이름" } }, ["soop"]);
    await pass(15 * second);
    await vi.waitFor(() => expect(store.get().favourites[0]).toMatchObject({ name: "합친 이름" }));
    expect(store.get().favourites[0]?.keys).toContain("soop:soop-1");
    store.stop();
  });

  test("groups, patterns and alerts", async () => {
    const { store, panel, profile } = await open(hubWith(2));
    await store.toggleFavourite(sampleEntry("chzzk:1"));
    const g = panel.addGroup("친구");
    const id = store.get().favourites[0]?.id as string;
    panel.moveFavourite(id, g, null);
    panel.addGroup("둘째");
    panel.moveGroup(g, 1);
    expect(store.get().groups.map((o) => o.name)).toEqual(["둘째", "친구"]);
    panel.renameGroup(g, "벗");
    panel.alertOf(id, false);
    expect(store.get().favourites[0]?.quiet).toBe(true);
    panel.alertOf(id, true);
    expect(store.get().favourites[0]?.quiet).toBeUndefined();
    panel.removeGroup(g);
    expect(store.get()).toMatchObject({ favourites: [{ group: "" }], undo: { what: "group", name: "벗" } });
    store.undo();
    expect(store.get().favourites[0]?.group).toBe(g);
    expect([panel.checkPattern("("), panel.checkPattern("a|b")]).toEqual(["syntax", null]);
    profile.grant = false;
    expect(await panel.askAlerts()).toBe(false);
    expect(store.get().alerts.on).toBe(false);
    profile.grant = true;
    expect(await panel.askAlerts()).toBe(true);
    panel.setAlerts({ over: 5000, cooldown: -1 });
    expect(store.get().alerts).toMatchObject({ on: true, over: 5000, cooldown: 10 });
  });

  test("missed alerts are read and cleared", async () => {
    const { store, panel, profile } = await open(hubWith(1));
    store.start();
    await profile.port.write({ alerts: { history: [{ at: Date.now() - 5, name: "침착맨" }] } });
    expect(store.get().missed.length).toBe(1);
    panel.readMissed();
    expect(store.get().missedRead).toBe(Date.now());
    panel.clearMissed();
    expect(store.get().missed).toEqual([]);
    store.stop();
  });
});

describe("servers", () => {
  test("an address is checked, used, and each server keeps its own settings", async () => {
    const hub = hubWith(2);
    const { store, panel, profile } = await open(hub);
    store.start();
    await pass(5 * second);
    store.setPrefs({ columns: [{ id: "all", hidden: true }] });
    expect(await panel.addServer("http://far.example")).toBe("insecure");
    profile.grant = false;
    expect(await panel.addServer("my.example")).toBe("denied");
    profile.grant = true;
    hub.down = true;
    expect(await panel.addServer("my.example")).toBe("unreachable");
    hub.down = false;
    expect(store.get().server).toBe(server);
    expect(await panel.addServer("my.example")).toBeNull();
    expect(store.get()).toMatchObject({
      server: "https://my.example",
      servers: [server, "https://my.example"],
      prefs: { columns: [{ hidden: true }] },
    });
    expect(store.select("all").rows).toEqual([]); // not the other server's list
    await pass(5 * second);
    expect(store.select("all").rows.length).toBe(2);
    store.setPrefs({ columns: [{ id: "fav", hidden: false }], theme: "light" });
    panel.useServer(server);
    expect(store.get()).toMatchObject({ server, prefs: { columns: [{ id: "all", hidden: true }], theme: "light" } });
    panel.removeServer("https://my.example");
    expect(store.get().servers).toEqual([server]);
    panel.removeServer(server);
    expect(store.get().servers).toEqual([server]);
    store.stop();
  });

  test("import replaces, and can be taken back; a reset too", async () => {
    const { store, panel } = await open(hubWith(1));
    store.setPrefs({ theme: "dark" });
    const file = panel.exportAll();
    store.setPrefs({ theme: "light" });
    expect(panel.importAll("{")).toBe("syntax");
    expect(panel.importAll(file)).toBeNull();
    expect(store.get().prefs.theme).toBe("dark");
    store.undo();
    expect(store.get().prefs.theme).toBe("light");
    panel.reset();
    expect(store.get().prefs.theme).toBe("system");
    store.undo();
    expect(store.get().prefs.theme).toBe("light");
  });

  test("what another page chose is followed, also to another server", async () => {
    const hub = hubWith(1);
    const { store, profile } = await open(hub);
    store.start();
    await pass(second);
    await profile.port.write({ settings: seal({ ...freshDoc("https://my.example"), edited: Date.now() + 5 }) });
    await pass(second);
    expect(store.get().server).toBe("https://my.example");
    store.stop();
  });
});
