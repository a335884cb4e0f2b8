// The store's pictures, from the running demo: five screenshots of 1280 × 800 in each language and the promotional picture of
// 440 × 280. They go to dist/store/ and are not in git: `npm run store` makes them anew.

import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Browser, built, rows, until } from "../e2e/browser.ts";
import { build } from "../e2e/build.ts";
import { Hub } from "../e2e/hub.ts";

const out = resolve(import.meta.dirname, "../../dist/store");
/** How fast the demo runs, and the log time that has to pass: marks need some of it. */
const speed = 60;
const settled = 45 * 60_000;

const { built: made, clean } = build();
process.env.ONAIR_E2E = JSON.stringify(made);
const hub = new Hub(built().hub, speed);
let browser: Browser;

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  const starting = Browser.start(built().newtab);
  await hub.start();
  browser = await starting;
  await hub.listed(2000);
  const start = await logTime();
  await until(logTime, (now) => now - start > settled, "an hour of the demo", 300_000);
});

afterAll(async () => {
  await browser?.close();
  await hub.remove();
  clean();
});

async function logTime(): Promise<number> {
  const { clock } = (await (await fetch(`${hub.url}/v1/platforms`)).json()) as {
    clock: { real: string; log: string; speed: number };
  };
  return Date.parse(clock.log) + clock.speed * (Date.now() - Date.parse(clock.real));
}

/** The pictures that can be seen have arrived; others are loaded when they come near. */
const loaded = (page: Page) =>
  until(
    () =>
      page.evaluate(() =>
        [...document.images].every(
          (i) =>
            i.complete ||
            i.getBoundingClientRect().top > innerHeight - 20 ||
            i.getBoundingClientRect().left >= innerWidth,
        ),
      ),
    Boolean,
    "thumbnails",
  );

test.each(["ko", "en"] as const)("screenshots, %s", async (lang) => {
  const { streams } = (await (await fetch(`${hub.url}/v1/streams?lang=ko&limit=60`)).json()) as {
    streams: {
      id: string;
      creator: { id: string; name: string };
      broadcasts: unknown[];
      category: { id: string } | null;
    }[];
  };
  const favourites = streams
    .filter((_, i) => i % 7 === 3)
    .slice(0, 6)
    .map(({ creator }) => ({ ...creator, keys: [creator.id], group: "" }));
  const categories = [...new Set(streams.map((s) => s.category?.id).filter(Boolean))].slice(0, 2) as string[];
  const all = [{ id: "all", hidden: false }];
  const shot = async (
    n: number,
    name: string,
    prefs: object,
    act: (page: Page) => Promise<unknown> = async () => {},
    hash = "",
  ) => {
    await browser.reset(hub.url, { prefs: { lang, ...prefs }, favourites });
    const page = await browser.open(1280, 800, hash);
    await rows(page).first().waitFor();
    await act(page);
    await loaded(page);
    await page.screenshot({ path: join(out, `${lang}-${n}-${name}.png`) });
    await page.close();
  };
  await shot(1, "list", { theme: "dark" });
  const simulcast = streams.find((s) => s.broadcasts.length > 1) ?? streams[0];
  await shot(2, "why", { theme: "light" }, async (page) => {
    const row = page.locator(`[data-column="all"] [data-key="${simulcast?.id}"]`);
    await ((await row.count()) ? row : rows(page).first()).hover();
    await page.locator(".preview").waitFor();
  });
  await shot(3, "categories", {
    theme: "dark",
    columns: [...all, ...categories.map((c) => ({ id: `c:${c}`, hidden: false })), { id: "fav", hidden: false }],
  });
  await shot(4, "day", { theme: "light" }, (page) => page.locator("dialog.day .figures").waitFor(), "#day");
  await shot(5, "alerts", { theme: "dark" }, (page) => page.locator("dialog.panels").waitFor(), "#alerts");
});

test("promotional picture", async () => {
  await browser.reset(hub.url, { prefs: { lang: "ko", theme: "dark" } });
  const list = await browser.open(560, 700);
  await rows(list).first().waitFor();
  await loaded(list);
  const shot = (await list.locator('[data-column="all"]').screenshot()).toString("base64");
  await list.close();
  const page = await browser.context.newPage();
  await page.setViewportSize({ width: 440, height: 280 });
  const icon = readFileSync(join(built().newtab, "icons/128.png")).toString("base64");
  await page.setContent(`<!doctype html><style>
    body { margin: 0; width: 440px; height: 280px; overflow: hidden; background: #0d0f13; color: #edf0f6; position: relative;
      font: 15px/1.5 "Noto Sans CJK KR", "Noto Sans KR", sans-serif; letter-spacing: -0.02em; word-break: keep-all }
    .list { position: absolute; left: 196px; top: 26px; width: 420px; border-radius: 12px; transform: rotate(-3deg);
      box-shadow: 0 10px 40px #000; }
    .shade { position: absolute; inset: 0; background: linear-gradient(90deg, #0d0f13 38%, #0d0f13b0 58%, transparent 82%) }
    .text { position: absolute; left: 28px; top: 50px; width: 180px }
    .text img { width: 44px; height: 44px; display: block } b { font-size: 31px; line-height: 1.5; letter-spacing: -0.04em; display: block }
    p { margin: 2px 0 0; color: #c3cad8 }
  </style><img class="list" src="data:image/png;base64,${shot}"><div class="shade"></div>
  <div class="text"><img src="data:image/png;base64,${icon}"><b>onair</b><p>지금 한국에서<br>방송 중인 것 전부</p></div>`);
  await page.evaluate(() => Promise.all([...document.images].map((i) => i.decode())));
  await page.screenshot({ path: join(out, "promo-440x280.png") });
  expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([440, 280]);
  await page.close();
});
