// What a reader does, in a real browser, against a real hub on the simulated platforms.

import { readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Browser, built, rows, shown, until } from "./browser.ts";
import { Door, Hub } from "./hub.ts";

const hub = new Hub(built().hub);
const door = new Door(hub);
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const starting = Browser.start(built().newtab);
  await hub.start();
  await door.open();
  browser = await starting;
  // Nothing outside this machine is reached.
  await browser.context.route(/^https:/, (r) =>
    r.fulfill({ contentType: "text/html", body: "<title>outside</title>" }),
  );
  await hub.listed(2000);
});

afterAll(async () => {
  await browser?.close();
  await door.remove();
  await hub.remove();
});

afterEach(async () => {
  door.close(false);
  door.change = undefined;
  door.files = undefined;
  await page?.close().catch(() => {});
});

/** What hands do is there: it comes with the first thing that is done, and until then no row is held. */
async function hands(): Promise<void> {
  await page.keyboard.press("Shift");
  await page.locator('link[href*="/hand-"]').waitFor({ state: "attached" });
}

/** A fresh profile with a list on the screen. */
async function fresh(settings: Record<string, unknown> = {}, width = 1440, height = 900): Promise<void> {
  await browser.reset(door.url, settings);
  page = await browser.open(width, height);
  await rows(page).first().waitFor();
}

const names = async (column = "all") => (await shown(page, column)).map((r) => r.name);
const keys = async (column = "all") => (await shown(page, column)).map((r) => r.key);
const toast = () => page.locator(".toasts");
const panel = async (name: string) => {
  await page.evaluate((n) => {
    location.hash = n;
  }, name);
  await page.locator("dialog.panels").waitFor();
};
const countOf = async (column: string): Promise<number> => {
  const text = await page.locator(`[data-column="${column}"] .head`).innerText();
  return Number(/([\d,]+) 방송/.exec(text)?.[1]?.replaceAll(",", ""));
};

describe("the list", () => {
  test("first paint comes from the stored list, before any request, with the server down", async () => {
    await fresh();
    await until(
      () => page.evaluate(() => document.querySelector(".now")?.textContent ?? ""),
      (t) => /\d/.test(t),
      "totals",
    );
    const first = await names();
    await page.close(); // what it knew is stored
    await until(async () => Boolean((await browser.stored(["list"])).list), Boolean, "the list is stored");
    door.close();
    door.asked = [];
    page = await browser.context.newPage();
    await page.addInitScript(() => {
      new MutationObserver((_, o) => {
        if (!document.querySelector("[data-key]")) return;
        o.disconnect();
        const net = performance
          .getEntriesByType("resource")
          .filter((r) => r.name.startsWith("http") && r.name.includes("/v1/"));
        Object.assign(window, { before: net.length });
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(browser.url());
    await rows(page).first().waitFor();
    expect(await page.evaluate(() => (window as unknown as { before: number }).before)).toBe(0);
    expect((await names()).slice(0, 5).length).toBe(5);
    expect(new Set(await names()).size).toBeGreaterThan(3);
    expect(first.length).toBeGreaterThan(3);
    await page.getByText("서버가 답하지 않습니다").waitFor();
    expect(await page.getByText("서버가 답하지 않습니다").innerText()).toMatch(/전|지금/); // with its age
    door.close(false);
    await page.getByText("서버가 답하지 않습니다").waitFor({ state: "detached" });
  });

  test("is live: counts change and rows change places without another list", async () => {
    await fresh();
    const before = await shown(page);
    door.asked = [];
    await until(
      () => shown(page),
      (now) => now.some((r) => r.viewers !== before.find((b) => b.key === r.key)?.viewers),
      "a count changes",
    );
    await until(
      () => keys(),
      (now) => now.join() !== before.map((b) => b.key).join(),
      "places change",
    );
    expect(door.asked.filter((p) => p.startsWith("/v1/streams"))).toEqual([]);
    const now = await shown(page);
    expect(now.map((r) => r.rank)).toEqual([...now.map((r) => r.rank)].sort((a, b) => a - b));
  });

  test("holds still under the pointer, counts what changed, and shows it on demand", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    await hands();
    await rows(page).nth(3).hover();
    const held = await keys();
    const pill = async () => {
      await rows(page)
        .nth(3)
        .hover({ position: { x: 100 + 20 * Math.random(), y: 20 } }); // a pointer that rests long lets go
      return page.locator('[data-column="all"] .pill').count();
    };
    await until(pill, (n) => n === 1, "the pill");
    expect(await keys()).toEqual(held);
    expect(await page.locator('[data-column="all"] .pill').innerText()).toMatch(/\d+개 바뀜/);
    await page.keyboard.press("r");
    await page.locator('[data-column="all"] .pill').waitFor({ state: "detached" });
    const ranks = async () => (await shown(page)).map((r) => r.rank);
    await until(ranks, (now) => now.every((r, i) => !i || r > (now[i - 1] as number)), "the fresh order");
  });

  test("has 2,000 entries and only what is visible in the document", async () => {
    await fresh({ filter: { langs: [] } });
    const article = rows(page).first();
    const size = Number(await article.getAttribute("aria-setsize"));
    expect(size).toBe(2000);
    expect(await rows(page).count()).toBeLessThan(60);
    const nodes = await article.evaluate((r) => r.querySelectorAll("*").length + 1);
    expect(nodes).toBeLessThanOrEqual(15);
    await rows(page).first().focus();
    await page.keyboard.press("End");
    const last = page.locator('[data-column="all"] [aria-posinset="2000"]');
    await last.waitFor();
    expect(await last.evaluate((r) => r === document.activeElement)).toBe(true);
    expect(await rows(page).count()).toBeLessThan(60);
  });

  test("hostile titles are text, on one line", async () => {
    const evil = [
      "<img src=x onerror='window.hacked=1'>",
      "\u202e\u2066RTL 뒤집기",
      "가".repeat(5000),
      "Z̸̧̛͎̯̪a̴l̷g̶o".repeat(20),
      '"><script>window.hacked=1</script>',
      "&lt;b&gt;\u0000\u0007",
    ];
    door.change = (_, body) => {
      (body.streams as { title: string; creator: { name: string }; broadcasts: { url: string }[] }[])
        .slice(0, 6)
        .forEach((e, i) => {
          e.title = evil[i] as string;
          e.creator.name = evil[(i + 1) % evil.length] as string;
          if (e.broadcasts[0]) e.broadcasts[0].url = "javascript:window.hacked=1";
        });
    };
    await fresh();
    const seen = page.locator('[data-column="all"] .title');
    await until(
      () => seen.allInnerTexts(),
      (t) => t.some((s) => s.includes("<img")),
      "the hostile title",
    );
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    const heights = await rows(page).evaluateAll((all) => [
      ...new Set(all.map((r) => r.getBoundingClientRect().height)),
    ]);
    expect(heights.length).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    for (const href of await page
      .locator('[data-column="all"] a.name')
      .evaluateAll((all) => all.map((a) => a.getAttribute("href"))))
      expect(href ?? "").not.toMatch(/^javascript/);
    expect((await seen.allInnerTexts()).join("")).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test("the large preview says why, and leads to the curve of the day", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    await page.keyboard.press("1");
    await page.locator('[data-column="all"] .row:focus').waitFor();
    await page.keyboard.press("i");
    const preview = page.locator("dialog.preview");
    await preview.getByText(/^언어: /).waitFor();
    await preview.getByText(/^카테고리: /).waitFor();
    await preview.getByRole("button", { name: "오늘의 기록" }).click();
    await page.locator("dialog.curve").waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#day\/today\/1d\/[a-z0-9]+\/[\w-]+/);
  });

  test("in a narrow column glyphs are whole, a chip is whole or away, and marks are said", async () => {
    const platforms = ["chzzk", "soop", "twitch", "youtube"];
    door.change = (_, body) => {
      type Stream = Record<"new" | "rising" | "hot", boolean> & {
        creator: { name: string };
        broadcasts: { platform: string; id: string }[];
      };
      (body.streams as Stream[]).slice(0, 40).forEach((e, i) => {
        const of = e.broadcasts[0] as Stream["broadcasts"][0];
        const others = platforms.filter((p) => p !== of.platform).slice(0, i % 4);
        e.broadcasts = [of, ...others.map((platform) => ({ ...of, platform, id: `${of.id}x` }))];
        e.creator.name = "아주아주긴이름의방송인".slice(0, 3 + (i % 9));
        Object.assign(e, { new: i % 5 === 1, hot: i % 5 === 2, rising: i % 5 === 3 });
      });
    };
    for (const density of ["comfortable", "compact", "text"]) {
      await fresh({ prefs: { density, lang: "ko" } });
      const look = () =>
        page.locator("[data-column]").evaluateAll((columns) =>
          columns
            .filter((c) => c.clientWidth < 350)
            .flatMap((c) =>
              [...c.querySelectorAll<HTMLElement>("[data-key]")].map((r) => {
                const box = (r.querySelector(".meta") as Element).getBoundingClientRect();
                const within = (e: Element) => {
                  const { left, right, top, bottom, width } = e.getBoundingClientRect();
                  return left >= box.left - 1 &&
                    right <= box.right + 1 &&
                    top >= box.top - 1 &&
                    bottom <= box.bottom + 1
                    ? width
                    : 0;
                };
                const tag = r.querySelector(".tag") as Element | null;
                const tagTop = tag?.getBoundingClientRect().top ?? 0;
                const title = r.querySelector(".title") as HTMLElement;
                const name = (r.querySelector(".name") as Element).getBoundingClientRect();
                return {
                  glyphs: r.querySelectorAll(".g").length,
                  cut: [...r.querySelectorAll(".g")].filter((g) => !within(g)).length,
                  chip: !tag || tagTop >= box.bottom || tagTop === 0 ? "away" : within(tag) >= 24 ? "whole" : "cut",
                  over: name.right > box.left + 1 && name.bottom > box.top && name.top < box.bottom,
                  mark: title.dataset.mark ?? "",
                  said: getComputedStyle(title, "::before").content,
                };
              }),
            ),
        );
      // The columns beside the first get their rows a frame later.
      const found = await until(look, (all) => new Set(all.map((r) => r.mark)).size === 4, "rows with each mark");
      expect(found.length, density).toBeGreaterThan(20);
      expect(found.filter((r) => r.glyphs === 4).length, density).toBeGreaterThan(3);
      expect(
        found.filter((r) => r.cut || r.chip === "cut" || r.over),
        density,
      ).toEqual([]);
      if (density !== "text") expect(new Set(found.map((r) => r.chip)), density).toEqual(new Set(["away", "whole"]));
      expect(new Set(found.map((r) => r.mark)), density).toEqual(new Set(["", "신규", "화제", "급상승"]));
      for (const { mark, said } of found) expect(said).toBe(mark ? `"${mark} "` : "none");
      await page.close();
    }
  });

  test("how long a stream runs is the log's time since its start, in figures and in words", async () => {
    const logNow = async () => {
      const { clock } = (await (await fetch(`${hub.url}/v1/platforms`)).json()) as {
        clock: { real: string; log: string; speed: number };
      };
      return Date.parse(clock.log) + clock.speed * (Date.now() - Date.parse(clock.real));
    };
    const start = (await logNow()) - (26 * 60 + 3) * 60_000; // more than a day: hours go on
    door.change = (_, body) => {
      for (const e of body.streams as { started_at: string }[]) e.started_at = new Date(start).toISOString();
    };
    await fresh();
    const row = rows(page).first();
    const said = async () => {
      const least = Math.floor((await logNow()) - start) / 60_000;
      const [up, label] = await row.evaluate((r) => [
        r.querySelector<HTMLElement>(".num")?.dataset.up ?? "",
        r.getAttribute("aria-label") ?? "",
      ]);
      const [h, m] = up.split(":").map(Number) as [number, number];
      return { up, label, late: least - (60 * h + m), minutes: 60 * h + m };
    };
    // The page draws each second, in which this hub's log goes on by some of a minute.
    const first = await until(said, (s) => Math.abs(s.late) < 3 && /^26:\d\d$/.test(s.up), "twenty-six hours");
    expect(first.label).toContain(`${first.up}째 방송`);
    expect(await row.evaluate((r) => getComputedStyle(r.querySelector(".num") as Element, "::after").content)).toMatch(
      /^"26:\d\d"$/,
    );
    await until(said, (s) => s.minutes > first.minutes && Math.abs(s.late) < 3, "it goes on");
  });

  test("densities and high contrast", async () => {
    for (const [density, height] of [
      ["comfortable", 68],
      ["compact", 40],
      ["text", 28],
    ] as const) {
      await fresh({ prefs: { density, contrast: "more" } });
      const row = await rows(page)
        .first()
        .evaluate((r) => ({ height: r.getBoundingClientRect().height, moves: getComputedStyle(r).transitionDuration }));
      expect(row).toEqual({ height, moves: "0s" });
      expect(await rows(page).locator("img,.ph").count()).toBe(density === "text" ? 0 : await rows(page).count());
      expect(await page.evaluate(() => getComputedStyle(document.body).color)).toMatch(
        /^rgb\((0, 0, 0|255, 255, 255)\)$/,
      );
      await page.close();
    }
  });

  test("goes on over a restart of the server", async () => {
    await fresh();
    await hub.stop();
    await page.getByText("서버가 답하지 않습니다").waitFor();
    const held = await keys();
    expect(held.length).toBeGreaterThan(5); // the last list stays
    await hub.start();
    await page.getByText("서버가 답하지 않습니다").waitFor({ state: "detached" });
    const before = await shown(page);
    await until(
      () => shown(page),
      (now) => now.some((r) => r.viewers !== before.find((b) => b.key === r.key)?.viewers),
      "live again",
    );
  });
});

describe("finding", () => {
  test("search, also by initials", async () => {
    await fresh();
    const [row] = (await shown(page)).filter((r) => /^[가-힣]{3}/.test(r.name));
    const name = row?.name as string;
    const initials = [...name.slice(0, 3)]
      .map((c) => "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[Math.floor((c.charCodeAt(0) - 0xac00) / 588)])
      .join("");
    const search = page.getByRole("searchbox");
    const whole = await countOf("all");
    await search.fill(name);
    await until(
      () => names(),
      (n) => n.length > 0 && n.includes(name) && n.length < 20,
      `${name} is found`,
    );
    await search.fill(initials);
    await until(
      () => names(),
      (n) => n.includes(name),
      `${initials} finds ${name}`,
    );
    expect(await countOf("all")).toBeLessThan(whole);
    await search.fill("없는방송이름입니다");
    await page.getByText("조건에 맞는 방송이 없습니다").first().waitFor();
    await search.fill("");
    await until(
      () => countOf("all"),
      (n) => n > 1000,
      "everything is back",
    );
  });

  test("chips filter, and say how many there are", async () => {
    await fresh();
    const chip = (name: RegExp) => page.locator(".chips").getByRole("button", { name });
    const soop = chip(/SOOP/);
    await soop.click();
    const said = async () => Number((await soop.locator("b").innerText()).replaceAll(",", ""));
    await until(
      async () => (await countOf("all")) - (await said()),
      (d) => d === 0,
      "as many as the chip says",
    );
    expect(await rows(page).locator(".g-soop").count()).toBe(await rows(page).count());
    await chip(/^신규/).click();
    await until(
      async () => (await countOf("all")) < (await countOf("p:soop")) + 1 && (await countOf("all")),
      (n) => typeof n === "number" && n > 0,
      "new ones",
    );
    await page.getByLabel("언어").selectOption("*");
    await page.locator(".chips").getByRole("button", { name: "조건 지우기" }).click();
    await until(
      () => countOf("all"),
      (n) => n > 1000,
      "everything is back",
    );
  });

  test("sorts, and remembers it for the next page", async () => {
    await fresh();
    await page.getByLabel("정렬").selectOption("viewers-");
    const few = await until(
      () => shown(page),
      (r) => Number(r[0]?.viewers) < 20,
      "fewest first",
    );
    expect(few[0]?.rank).toBeGreaterThan(1000);
    await page.getByLabel("정렬").selectOption("name");
    await until(
      () => names(),
      (n) => n.join() === [...n].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join(),
      "by name",
    );
    await page.close();
    page = await browser.open();
    await rows(page).first().waitFor();
    expect(await page.getByLabel("정렬").inputValue()).toBe("name");
  });

  test("viewer range and beyond the set", async () => {
    await fresh({ filter: { max: 30 } });
    await until(
      () => shown(page),
      (r) => r.length > 3 && r.every((x) => Number(x.viewers) <= 30),
      "at most 30 viewers",
    );
    await until(
      async () => door.asked.filter((p) => p.includes("max_viewers=30")).length,
      (n) => n > 0,
      "the server is asked for what is beyond the set",
    );
  });

  test("hide and undo; words and patterns; the list of what is hidden", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    const [first] = await shown(page);
    const row = page.locator(`[data-column="all"] [data-key="${first?.key}"]`);
    await row.hover();
    await row.getByRole("button", { name: "숨기기" }).click();
    await row.waitFor({ state: "detached" });
    await toast().getByRole("button", { name: "되돌리기" }).click();
    await row.waitFor();
    await panel("hidden");
    const dialog = page.locator("dialog.panels");
    await dialog.getByLabel("정규식").click(); // what it switches comes back with the next frame
    await dialog.getByRole("textbox").fill("(a+)+\\1");
    await dialog.getByText("앞뒤 보기와 역참조는 쓸 수 없습니다").waitFor();
    await dialog.getByRole("textbox").fill("(");
    await dialog.getByText("정규식이 올바르지 않습니다").waitFor();
    await dialog.getByRole("textbox").fill("^.");
    await dialog.getByRole("button", { name: "추가" }).click();
    await until(
      () => rows(page).count(),
      (n) => n === 0,
      "everything matches ^.",
    );
    await dialog.getByRole("button", { name: /다시 표시/ }).click();
    await dialog.getByText("숨긴 것이 없습니다").waitFor();
    await until(
      () => rows(page).count(),
      (n) => n > 5,
      "all is back",
    );
  });
});

describe("favourites and alerts", () => {
  test("a star moves a person to the favourites, groups keep it, a file carries it", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    const [first] = await shown(page);
    const row = page.locator(`[data-column="all"] [data-key="${first?.key}"]`);
    await row.getByRole("button", { name: "즐겨찾기에 추가" }).click();
    await until(
      () => names("fav"),
      (n) => n.includes(first?.name as string),
      "in the favourites",
    );
    await panel("data");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "파일로 내보내기" }).click(),
    ]);
    const file = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(file).toMatchObject({ onair: "settings", v: 1 });
    expect(JSON.stringify(file)).toContain(first?.name);
    await page.getByRole("button", { name: "처음으로 되돌리기" }).click();
    await until(
      () => names("fav"),
      (n) => n.length === 0,
      "reset",
    );
    await page
      .locator("dialog.panels input[type=file]")
      .setInputFiles({ name: "onair.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
    await until(
      () => names("fav"),
      (n) => n.includes(first?.name as string),
      "imported",
    );
  });

  test("a favourite that goes live becomes a notification, once, and a line in the history", async () => {
    await fresh({ prefs: { hoverDelay: 0 }, filter: { new: true } });
    // The youngest that is shown: one that began long ago is no news.
    const { streams } = (await (await fetch(`${hub.url}/v1/streams?limit=2000`)).json()) as {
      streams: { id: string; started_at: string }[];
    };
    const began = new Map(streams.map((s) => [s.id, s.started_at]));
    const [first] = (await shown(page)).sort((a, b) => ((began.get(a.key) ?? "") < (began.get(b.key) ?? "") ? 1 : -1));
    await page
      .locator(`[data-column="all"] [data-key="${first?.key}"]`)
      .getByRole("button", { name: "즐겨찾기에 추가" })
      .click();
    await panel("alerts");
    await page.getByRole("switch", { name: "알림 받기" }).click(); // what it switches comes back with the next frame
    type Memory = { at: number; favourites: Record<string, number>; history: unknown[] };
    const memory = async () => (await browser.stored(["alerts"])).alerts as Memory | undefined;
    const base = await until(
      memory,
      (m) => Object.values(m?.favourites ?? {}).some((at) => at > 0),
      "the worker's first look",
    );
    expect(base?.history).toEqual([]); // nothing on a first look
    const look = () =>
      browser.inside(() => chrome.alarms.create("look", { when: Date.now(), periodInMinutes: 1 }), undefined);
    // The last look did not see them, and the list is not the one it saw. A look that is under way ends first.
    await browser.inside(
      () =>
        navigator.locks.request("look", async () => {
          const { alerts } = (await chrome.storage.local.get("alerts")) as {
            alerts: { favourites: Record<string, number>; etag: string };
          };
          for (const id of Object.keys(alerts.favourites)) alerts.favourites[id] = 0;
          alerts.etag = "";
          await chrome.storage.local.set({ alerts });
        }),
      undefined,
    );
    await look();
    const after = await until(memory, (m) => (m?.history.length ?? 0) > 0, "an alert");
    expect(after?.history).toMatchObject([{ why: "favourite", shown: "yes", name: first?.name }]);
    const open = await browser.inside(() => chrome.notifications.getAll(), undefined);
    expect(Object.keys(open).length).toBe(1);
    expect(Object.keys(open)[0]).toMatch(/^https:\/\/.+#onair-\d+$/);
    await look();
    await until(memory, (m) => (m?.at ?? 0) > (after?.at ?? 0), "another look");
    expect((await memory())?.history.length).toBe(1);
    await page
      .locator("dialog.panels")
      .getByText(first?.name as string)
      .first()
      .waitFor(); // the history
    const alarm = await browser.inside(() => chrome.alarms.get("look"), undefined);
    expect(alarm).toBeDefined();
    await page.getByRole("radio", { name: "방송 중인 즐겨찾기" }).click(); // what it switches comes back with the next frame
    await until(
      () => browser.inside(() => chrome.action.getBadgeText({}), undefined),
      (t) => t === "1",
      "the badge counts favourites",
    );
  });
});

describe("hands", () => {
  test("all by keyboard", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    const focused = () =>
      page.evaluate(
        () => (document.activeElement as HTMLElement)?.dataset?.key ?? document.activeElement?.tagName ?? "",
      );
    expect(await focused()).toBe("BODY"); // the omnibox has the focus, we do not take it
    await page.keyboard.press("1");
    const start = await until(focused, (k) => k !== "BODY", "the first column's row");
    const all = await keys();
    await page.keyboard.press("j");
    await until(focused, (k) => k === all[all.indexOf(start) + 1], "j goes down");
    await page.keyboard.press("k");
    await until(focused, (k) => k === start, "k goes up");
    await page.keyboard.press("2");
    const inSecond = () =>
      page.evaluate(() => document.activeElement?.closest("[data-column]")?.getAttribute("data-column") ?? "");
    const second = await until(inSecond, (c) => c !== "all" && c !== "", "2 is the second column");
    await page.keyboard.press("ArrowLeft");
    await until(inSecond, (c) => c === "all", "left is the first again");
    await page.keyboard.press("f");
    await until(
      () => page.locator('[data-column="all"] .star[aria-pressed="true"]').count(),
      (n) => n === 1,
      "f stars",
    );
    const starred = await focused();
    await page.keyboard.press("x");
    await until(
      () => keys(),
      (k) => !k.includes(starred),
      "x hides",
    );
    await until(focused, (k) => k !== "BODY" && k !== starred, "the focus goes to the next row");
    await page.keyboard.press("/");
    expect(await page.getByRole("searchbox").evaluate((s) => s === document.activeElement)).toBe(true);
    const whole = await countOf("all");
    await page.keyboard.type("ㄱ");
    await until(
      () => countOf("all"),
      (n) => n < whole,
      "it searches",
    );
    await page.keyboard.press("Escape");
    await until(
      () => page.getByRole("searchbox").inputValue(),
      (v) => v === "",
      "Escape clears",
    );
    await page.keyboard.press("Escape");
    await until(focused, (k) => k !== "INPUT", "Escape leaves");
    await page.keyboard.press("?");
    await page.locator("dialog.panels").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog.panels").waitFor({ state: "detached" });
    expect(second).not.toBe("");
    await page.keyboard.press("1");
    const [tab] = await Promise.all([browser.context.waitForEvent("page"), page.keyboard.press("Enter")]);
    await until(
      async () => tab.url(),
      (u) => /^https:/.test(u),
      "Enter opens",
    );
    await tab.close();
  });

  test("opens in this tab, a new one or a new window; the middle button and Ctrl always in a new tab", async () => {
    type Tab = { id: number; windowId: number };
    const tabs = () =>
      browser.inside(async () => {
        const own = await chrome.tabs.getCurrent();
        const all = (await chrome.tabs.query({})) as Tab[];
        return all.filter((t) => t.id !== own?.id).map(({ id, windowId }) => ({ id, windowId }));
      }, undefined);
    // Streams are at the door: a page that a middle click opens is on its way before anybody could stop it.
    door.change = (_, body) => {
      (body.streams as { broadcasts: { url: string }[] }[]).forEach((e, n) => {
        for (const b of e.broadcasts) b.url = `${door.url}/livez?stream=${n}`;
      });
    };
    const goesTo = (p: Page, href: string) =>
      until(
        async () => p.url(),
        (u) => u === href,
        `to be at ${href}`,
      );
    /** A link of the list and where it leads, whichever row it is in by now. */
    const link = async () => {
      await page.bringToFront();
      const to = (await rows(page).nth(1).locator("a.name").getAttribute("href")) as string;
      expect(to).toContain("/livez?stream=");
      return { to, at: page.locator(`[data-column="all"] a.name[href="${to}"]`).first() };
    };
    for (const open of ["current", "tab", "window"] as const) {
      await fresh({ prefs: { hoverDelay: 0, open } });
      const here = page.url();
      const before = await tabs();
      const { to, at } = await link();
      const others = new Set(browser.context.pages());
      const fresher = async () => browser.context.pages().filter((p) => !others.has(p));
      await at.click();
      if (open === "current") {
        await goesTo(page, to);
        expect((await tabs()).length).toBe(before.length);
        await page.close();
        continue;
      }
      const [tab] = await until(fresher, (all) => all.length === 1, "another page");
      await goesTo(tab as Page, to);
      expect(page.url()).toBe(here);
      const added = (await tabs()).filter((t) => !before.some((b) => b.id === t.id));
      expect(added.length).toBe(1);
      // A window of its own, or one that was there.
      expect(before.some((b) => b.windowId === added[0]?.windowId)).toBe(open === "tab");
      await tab?.close();
      await page.close();
    }
    // Whatever is chosen: the browser's own ways of opening a link are left to it.
    for (const how of [{ button: "middle" }, { modifiers: ["Control"] }] as const) {
      await fresh({ prefs: { hoverDelay: 0, open: "current" } });
      const here = page.url();
      const { to, at } = await link();
      const [tab] = await Promise.all([browser.context.waitForEvent("page"), at.click(how as never)]);
      await goesTo(tab, to);
      expect(page.url()).toBe(here);
      await tab.close();
      await page.close();
    }
  });

  test("a column is dragged to another place by its name, and stays there", async () => {
    await fresh();
    const order = () =>
      page.locator("[data-column]").evaluateAll((all) => all.map((c) => c.getAttribute("data-column") as string));
    const before = await order();
    await page.locator(`[data-column="${before[0]}"] .grip`).hover();
    await page.mouse.down();
    const target = page.locator(`[data-column="${before[2]}"]`);
    const box = (await target.boundingBox()) as { x: number; y: number; width: number; height: number };
    let step = 0;
    await until(
      async () => {
        await page.mouse.move(box.x + box.width / 2 + (step++ % 2), box.y + 200);
        return target.getAttribute("class");
      },
      (c) => c?.split(" ").includes("over") ?? false,
      "where it would go is shown",
    );
    await page.mouse.up();
    const [first, second, third, ...rest] = before;
    const want = [second, third, first, ...rest].join();
    await until(order, (now) => now.join() === want, "it is there");
    expect(await page.locator(".column.over").count()).toBe(0);
    await page.close();
    page = await browser.open();
    await rows(page).first().waitFor();
    expect((await order()).join()).toBe(want);
  });

  test("a column moves by keyboard, is hidden, and stays so", async () => {
    await fresh();
    const order = () =>
      page.locator("[data-column]").evaluateAll((all) => all.map((c) => c.getAttribute("data-column")));
    const before = await order();
    await page.locator(`[data-column="${before[0]}"] .grip`).focus();
    await page.keyboard.press("Alt+ArrowRight");
    await until(order, (now) => now[1] === before[0] && now[0] === before[1], "it moved");
    await page.locator(`[data-column="${before[2]}"] .hider`).click();
    await until(order, (now) => !now.includes(before[2] as string), "it is hidden");
    const after = await order();
    await page.close();
    page = await browser.open();
    await rows(page).first().waitFor();
    await until(order, (now) => now.join() === after.join(), "as it was left");
  });

  test("several are picked and watched together", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    await page.keyboard.press("1");
    for (let n = 1; n <= 3; n++) {
      await page.keyboard.press("s");
      await page.getByRole("button", { name: `${n}개 함께 보기` }).waitFor();
      await page.keyboard.press("j");
    }
    const [tab] = await Promise.all([
      browser.context.waitForEvent("page"),
      page.getByRole("button", { name: /함께 보기/ }).click(),
    ]);
    await until(
      async () => tab.url(),
      (u) => u.startsWith("https://mul.live/"),
      "mul.live",
    );
    expect(new URL(tab.url()).pathname.split("/").length).toBeGreaterThanOrEqual(3);
    await tab.close();
  });

  test("the focus and the open row survive updates", async () => {
    await fresh({ prefs: { hoverDelay: 0 } });
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement)?.dataset?.key ?? "");
    let at = "";
    for (const key of ["1", "j", "j", "j"]) {
      await page.keyboard.press(key);
      const last = at;
      at = await until(focused, (k) => k !== last, `${key} moves the focus`);
    }
    const before = await shown(page);
    await until(
      () => shown(page),
      (now) => now.some((r) => r.viewers !== before.find((b) => b.key === r.key)?.viewers),
      "an update",
    );
    expect(await focused()).toBe(at);
    expect(await keys()).toEqual(before.map((b) => b.key));
  });
});

describe("servers, surfaces, manners", () => {
  test("a server of one's own, with clear errors", async () => {
    const mine = new Door(hub);
    await mine.open();
    try {
      await fresh();
      await panel("server");
      const address = page.getByLabel("서버 주소").last();
      const use = page.locator("dialog.panels form").getByRole("button");
      const say = async (typed: string, words: string) => {
        await address.fill(typed);
        await use.click();
        await page.getByText(words).waitFor();
      };
      await say("http://192.168.0.10:8080", "https가 아닌 주소는");
      await say("https://user:pw@x.example", "주소가 올바르지 않습니다");
      mine.files = () => ({ type: "text/html", body: Buffer.from("<h1>router</h1>") });
      await say(mine.url, "onair 서버가 아닙니다");
      mine.files = undefined;
      mine.close();
      await say(mine.url, "이 주소에서 답이 없습니다");
      mine.close(false);
      await address.fill(mine.url);
      await use.click();
      await page.locator("dialog.panels li", { hasText: mine.url }).getByText("사용 중").waitFor();
      await until(async () => mine.asked.some((p) => p.startsWith("/v1/events")), Boolean, "the list comes from there");
      await until(
        () => rows(page).count(),
        (n) => n > 5,
        "and is shown",
      );
      await page.locator("dialog.panels li", { hasText: door.url }).getByRole("button", { name: /사용/ }).click();
      await page.locator("dialog.panels li", { hasText: door.url }).getByText("사용 중").waitFor();
    } finally {
      await mine.remove();
    }
  });

  test("a new tab is ours, and leaves the focus where it is", async () => {
    await browser.reset(door.url);
    page = await browser.context.newPage();
    await page.goto("chrome://newtab");
    await rows(page).first().waitFor();
    expect(page.url()).toBe(browser.url());
    expect(await page.title()).not.toBe("");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
  });

  test("installs with the override's warning only, or none", async () => {
    const dist = process.env.ONAIR_DIST ?? join(import.meta.dirname, "../dist");
    const warnings = (target: string) =>
      browser.inside(
        (manifest) => chrome.management.getPermissionWarningsByManifest(manifest),
        readFileSync(join(dist, target, "manifest.json"), "utf8").replaceAll(/__MSG_\w+__/g, "x"),
      );
    expect((await warnings("newtab")).length).toBeLessThanOrEqual(1);
    expect(await warnings("panel")).toEqual([]);
  });

  test("asks for no picture with a referrer, and runs nothing from elsewhere", async () => {
    await fresh();
    const images = await page
      .locator("img")
      .evaluateAll((all) => all.map((i) => (i as HTMLImageElement).referrerPolicy));
    expect(new Set(images)).toEqual(new Set(["no-referrer"]));
    const scripts = await page.evaluate(() => [...document.scripts].map((s) => new URL(s.src).protocol));
    expect(new Set(scripts)).toEqual(new Set(["chrome-extension:"]));
    const blocked = await page.evaluate(async () => {
      const s = document.createElement("script");
      s.textContent = "window.inline = 1";
      document.head.append(s);
      return (window as { inline?: number }).inline;
    });
    expect(blocked).toBeUndefined();
  });

  test("nothing runs while the page is hidden", async () => {
    await browser.reset(door.url);
    page = await browser.context.newPage();
    await page.clock.install(); // every timer of the page runs by a clock that the test moves on
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(browser.url());
    await rows(page).first().waitFor();
    const turn = (state: "hidden" | "visible") =>
      page.evaluate((state) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const live = (what: string) =>
      until(
        async () => {
          await page.clock.runFor(1000); // pauses between tries pass
          return door.streams;
        },
        (n) => n === 1,
        what,
      );
    const asked = () => door.asked.filter((p) => p.startsWith("/v1"));
    await live("live");
    door.asked = [];
    await page.clock.runFor("10:00");
    await until(
      async () => asked().length,
      (n) => n > 0,
      "ten minutes in which a page that is seen asks",
    );
    await live("live");
    await turn("hidden");
    await until(
      async () => door.streams,
      (n) => n === 0,
      "the stream has ended",
    );
    await until(async () => Boolean((await browser.stored(["list"])).list), Boolean, "it stores what it knows");
    door.asked = [];
    await page.clock.runFor("10:00");
    // What was asked in those minutes is known: this answer comes after it.
    await page.evaluate((url) => fetch(`${url}/livez`), door.url);
    expect(asked()).toEqual([]);
    expect(door.streams).toBe(0);
    await turn("visible");
    await live("live again");
  });

  test("the web page: every filter is in the address", async () => {
    const types: Record<string, string> = {
      ".html": "text/html",
      ".js": "text/javascript",
      ".css": "text/css",
      ".svg": "image/svg+xml",
    };
    door.files = (path) => {
      const name = path.split("?")[0] === "/" ? "/index.html" : (path.split("?")[0] as string);
      try {
        return {
          type: types[extname(name)] ?? "application/octet-stream",
          body: readFileSync(join(built().web, name)),
        };
      } catch {
        return undefined;
      }
    };
    page = await browser.context.newPage();
    await page.goto(`${door.url}/#?platforms=soop&langs=&sort=viewers`);
    await rows(page).first().waitFor();
    expect(await rows(page).locator(".g-soop").count()).toBe(await rows(page).count());
    await page.getByRole("searchbox").fill("ㄱ");
    await until(
      async () => new URL(page.url()).hash,
      (h) => h.includes("q=%E3%84%B1") && h.includes("platforms=soop") && h.includes("langs="),
      "the address",
    );
    await page.reload();
    await rows(page).first().waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("ㄱ");
  });

  test("the web page: a reload while the hub is away shows the last list", async () => {
    page = await browser.context.newPage();
    await page.goto(`${door.url}/`);
    await rows(page).first().waitFor();
    await until(
      () =>
        page.evaluate(
          () =>
            navigator.serviceWorker.controller?.state === "activated" && localStorage.getItem("onair.list") !== null,
        ),
      Boolean,
      "page and list are kept",
    );
    door.close();
    await page.reload();
    await rows(page).first().waitFor();
    await page.getByText(/서버가 답하지 않습니다|does not answer/).waitFor();
    expect((await names()).length).toBeGreaterThan(3);
  });
});

describe("the panel build", () => {
  test("opens at the width of a side panel, and overrides nothing", async () => {
    const side = await Browser.start(built().panel);
    try {
      await side.reset(door.url);
      const p = await side.open(400, 800);
      await rows(p).first().waitFor();
      expect(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      const manifest = await side.inside(() => chrome.runtime.getManifest(), undefined);
      expect(manifest.chrome_url_overrides).toBeUndefined();
      expect(manifest.side_panel).toEqual({ default_path: "panel.html" });
      expect(await side.inside(() => chrome.sidePanel.getPanelBehavior(), undefined)).toMatchObject({
        openPanelOnActionClick: true,
      });
      expect(manifest.commands).toHaveProperty("_execute_action");
    } finally {
      await side.close();
    }
  });

  test("without a side panel the icon opens a popup with the list", async () => {
    const other = await Browser.start(built().popup);
    try {
      await other.reset(door.url);
      const popup = await other.popup();
      const listed = await until(
        () =>
          popup.evaluate(() => ({
            size: [innerWidth, innerHeight, document.querySelector("#page")?.getBoundingClientRect().height],
            names: [...document.querySelectorAll("[data-key] .name")].map((n) => n.textContent ?? ""),
          })),
        (now) => now.size.join() === "400,600,600" && now.names.length > 3,
        "rows in a window of 400 by 600",
      );
      expect(listed.names.every(Boolean)).toBe(true);
      writeFileSync(join(built().out, "toolbar-popup.png"), await popup.picture());
    } finally {
      await other.close();
    }
  });
});
