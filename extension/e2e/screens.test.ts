// Every screen in both themes and both languages: no violation that axe-core knows, and a picture to look at (e2e/out).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Browser, built, rows } from "./browser.ts";
import { Door, Hub } from "./hub.ts";

const hub = new Hub(built().hub);
const door = new Door(hub);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;
let side: Browser;

beforeAll(async () => {
  const starting = Promise.all([Browser.start(built().newtab), Browser.start(built().panel)]);
  await hub.start();
  await door.open();
  [browser, side] = await starting;
  await hub.listed(2000);
});

afterAll(async () => {
  await browser?.close();
  await side?.close();
  await door.remove();
  await hub.remove();
});

const panels = ["filters", "look", "columns", "favourites", "hidden", "alerts", "server", "data", "privacy", "keys"];
const looks = (["dark", "light"] as const).flatMap((theme) => (["ko", "en"] as const).map((lang) => ({ theme, lang })));

/** What axe-core finds, in a line each. */
async function violations(page: Page): Promise<string[]> {
  // The extension's policy lets no inline script in; the debugger's own world is not bound by it.
  const cdp = await page.context().newCDPSession(page);
  const run = async (expression: string) =>
    (await cdp.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
  if (!(await run("typeof axe === 'object'"))) await run(`${axe};0`);
  const found = await run(
    "axe.run(document.querySelector('dialog:modal')??document).then(r=>JSON.stringify([r.violations,r.passes.length]))",
  );
  await cdp.detach();
  const [bad, passes] = JSON.parse(found) as [
    { id: string; nodes: { target: string[]; failureSummary: string }[] }[],
    number,
  ];
  expect(passes).toBeGreaterThan(5); // it did look
  return bad.map(
    (v) =>
      `${v.id}: ${v.nodes
        .slice(0, 3)
        .map((n) => `${n.target} ${n.failureSummary}`)
        .join(" | ")} (${v.nodes.length})`,
  );
}

test.each(looks)("$theme, $lang", { timeout: 240_000 }, async ({ theme, lang }) => {
  const picture = async (page: Page, name: string) =>
    page.screenshot({ path: join(built().out, `${name}-${theme}-${lang}.png`) });
  const wrong: string[] = [];
  const check = async (page: Page, name: string) => {
    wrong.push(...(await violations(page)).map((v) => `${name}: ${v}`));
    await picture(page, name);
  };
  const list = (await (await fetch(`${hub.url}/v1/streams?lang=ko&limit=12`)).json()) as {
    streams: { id: string; creator: { id: string; name: string } }[];
  };
  const star = ({ id, name }: { id: string; name: string }, group: string) => ({ id, name, keys: [id], group });
  const favourites = [
    star({ id: "chzzk:nobody", name: "침착맨" }, "g"),
    ...list.streams.slice(4).map(({ creator }, i) => star(creator, i < 5 ? "g" : "")),
  ];
  const hidden = [{ id: "keyword:광고", kind: "keyword", value: "광고", label: "광고", keys: [] }];
  await browser.reset(door.url, {
    prefs: { theme, lang, onboarded: false },
    favourites,
    groups: [{ id: "g", name: "친구" }],
    hidden,
  });
  const page = await browser.open(1440, 900);
  await rows(page).first().waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang);
  await page.locator(".welcome").waitFor();
  await check(page, "1440");
  await rows(page).nth(2).hover();
  await page.locator('.details,[role="tooltip"],.preview').first().waitFor();
  await check(page, "preview");
  await page.mouse.move(2, 2);
  await page.locator(".welcome button").click();
  for (const [width, height] of [
    [1024, 768],
    [400, 800],
    [320, 700],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.locator("[data-key]").first().waitFor();
    await check(page, String(width));
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px wide`).toBe(
      true,
    );
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const name of panels) {
    await page.evaluate((n) => {
      location.hash = n;
    }, name);
    await page.locator(`dialog.panels nav [aria-current="page"]`).waitFor();
    await check(page, `panel-${name}`);
  }
  // The page to look back on, and the curve of one entry there.
  for (const [route, name, there] of [
    ["day", "day", "dialog.day .figures, dialog.day .state"],
    [`day/today/1d/${list.streams[0]?.id.replace(":", "/")}`, "curve", "dialog.curve svg, dialog.curve .state"],
  ] as const) {
    await page.evaluate((n) => {
      location.hash = n;
    }, route);
    await page.locator(there).first().waitFor();
    await check(page, name);
  }
  await page.evaluate(() => {
    location.hash = "";
  });
  await page.locator("dialog.day").waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("없는방송이름입니다");
  await page.locator('[data-column="all"] [data-key]').first().waitFor({ state: "detached" });
  await check(page, "nothing-found");
  door.close();
  await page.getByRole("searchbox").fill("");
  await page.locator(".notice").first().waitFor();
  await check(page, "server-down");
  await page.close();
  await browser.reset(door.url, { prefs: { theme, lang } });
  const bare = await browser.open();
  await bare.locator("main button").first().waitFor();
  await check(bare, "no-list");
  await bare.close();
  // The panel build: as wide as a side panel, and as a popup.
  door.close(false);
  await side.reset(door.url, { prefs: { theme, lang }, favourites });
  for (const [name, width, height] of [
    ["side-panel", 400, 900],
    ["popup", 320, 560],
  ] as const) {
    const narrow = await side.open(width, height);
    await rows(narrow).first().waitFor();
    await check(narrow, name);
    await narrow.close();
  }
  door.close(false);
  expect(wrong).toEqual([]);
});
