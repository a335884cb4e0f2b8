// Debian's Chromium with the unpacked extension, in a profile of its own.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type Browser as BrowserType, chromium, type Page } from "playwright-core";
import { seal } from "../src/model/doc.ts";
import { readDoc } from "../src/model/readdoc.ts";
import type { Built } from "./build.ts";

/** What the set-up made. */
export const built = (): Built => JSON.parse(process.env.ONAIR_E2E as string);

/** The window that the icon in the toolbar opens. */
export interface Popup {
  evaluate<R>(run: () => R): Promise<R>;
  picture(): Promise<Buffer>;
}

export type Look = { theme: "dark" | "light"; lang: "ko" | "en" };

export class Browser {
  private constructor(
    readonly context: BrowserContext,
    readonly id: string,
    private readonly start: string,
    private readonly profile: string,
  ) {}

  /** Starts with the extension in a folder. */
  static async start(extension: string): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), "onair-e2e-profile-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: false, // playwright's own headless mode loads no extension
      viewport: { width: 1440, height: 900 },
      ignoreDefaultArgs: ["--disable-extensions"],
      args: [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=ko",
        "--enable-precise-memory-info",
        "--screen-info={1600x1200}", // a popup is no larger than the screen allows
        // A mouse, which a machine without a screen does not have.
        "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
        `--disable-extensions-except=${extension}`,
        `--load-extension=${extension}`,
      ],
      env: { ...process.env, LANGUAGE: "ko", LANG: "ko_KR.UTF-8" } as Record<string, string>,
    });
    context.setDefaultTimeout(patience);
    context.setDefaultNavigationTimeout(patience);
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
    const manifest = JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8"));
    const start: string = manifest.chrome_url_overrides?.newtab ?? manifest.side_panel.default_path;
    return new Browser(context, new URL(worker.url()).host, start, profile);
  }

  /** The address of the extension's own page. */
  url(hash = ""): string {
    return `chrome-extension://${this.id}/${this.start}${hash}`;
  }

  /** A page with the list, at a size. */
  async open(width = 1440, height = 900, hash = ""): Promise<Page> {
    const page = await this.context.newPage();
    await page.setViewportSize({ width, height });
    await page.goto(this.url(hash));
    return page;
  }

  /** Runs in a page of the extension that shows nothing. */
  async inside<R, A>(run: (arg: A) => R | Promise<R>, arg: A): Promise<R> {
    const page = await this.context.newPage();
    try {
      await page.goto(`chrome-extension://${this.id}/manifest.json`);
      return (await page.evaluate(run as never, arg as never)) as R;
    } finally {
      await page.close();
    }
  }

  /** Forgets everything that is stored, then stores settings for a server. */
  async reset(server: string, settings: Record<string, unknown> = {}): Promise<void> {
    const prefs = { onboarded: true, motion: "reduce", ...((settings.prefs as object | undefined) ?? {}) };
    const { doc } = readDoc({ v: 1, edited: 1, server, servers: { [server]: { ...settings, prefs } } }, server);
    await this.inside(async (settings) => {
      localStorage.clear();
      await chrome.storage.sync.clear();
      await chrome.storage.local.clear();
      await chrome.storage.local.set({ settings });
    }, seal(doc));
  }

  /** Presses the icon in the toolbar. What opens is no page that playwright knows: it is asked through the browser itself. */
  async popup(): Promise<Popup> {
    const worker = this.context.serviceWorkers()[0] ?? (await this.context.waitForEvent("serviceworker"));
    await worker.evaluate(() => chrome.action.openPopup());
    const cdp = await (this.context.browser() as BrowserType).newBrowserCDPSession();
    const target = await until(
      async () => (await cdp.send("Target.getTargets")).targetInfos.find((t) => t.url.includes("?popup")),
      Boolean,
      "the popup",
    );
    const { sessionId } = await cdp.send("Target.attachToTarget", { targetId: target?.targetId as string });
    let last = 0;
    const ask = (method: string, params: object): Promise<Record<string, unknown>> =>
      new Promise((done, fail) => {
        const id = ++last;
        const heard = ({ message }: { message: string }) => {
          const answer = JSON.parse(message);
          if (answer.id !== id) return;
          cdp.off("Target.receivedMessageFromTarget", heard);
          if (answer.error) fail(new Error(answer.error.message));
          else done(answer.result);
        };
        cdp.on("Target.receivedMessageFromTarget", heard);
        cdp
          .send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method, params }) })
          .catch(fail);
      });
    return {
      async evaluate<R>(run: () => R): Promise<R> {
        const { result } = await ask("Runtime.evaluate", { expression: `(${run})()`, returnByValue: true });
        return (result as { value: R }).value;
      },
      picture: async () => Buffer.from((await ask("Page.captureScreenshot", {})).data as string, "base64"),
    };
  }

  stored(keys: string[]): Promise<Record<string, unknown>> {
    return this.inside((keys) => chrome.storage.local.get(keys), keys);
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** The rows of a column that are in the document, top to bottom. */
export const rows = (page: Page, column = "all") => page.locator(`[data-column="${column}"] [data-key]`);

/** What a column shows, top to bottom: keys, names and viewers. */
export async function shown(
  page: Page,
  column = "all",
): Promise<{ key: string; name: string; rank: number; viewers: string }[]> {
  const found = await page.locator(`[data-column="${column}"]`).evaluate((c) =>
    [...c.querySelectorAll<HTMLElement>("[data-key]")].map((r) => ({
      y: r.getBoundingClientRect().top,
      key: r.dataset.key as string,
      name: r.querySelector(".name")?.textContent ?? "",
      rank: Number(r.dataset.rank),
      viewers: r.querySelector(".num")?.textContent ?? "",
    })),
  );
  return found.sort((a, b) => a.y - b.y);
}

/** How long anything may take, in ms. Nothing is measured here: the machine may be a small one that does much else. Less, by
 *  ONAIR_PATIENCE, shows sooner what a change broke. */
export const patience = Number(process.env.ONAIR_PATIENCE ?? 60_000);

/** Waits, without a fixed sleep, until something holds; the last answer is in the error. */
export async function until<T>(
  get: () => Promise<T>,
  good: (v: T) => boolean,
  what: string,
  ms = patience,
): Promise<T> {
  const end = Date.now() + ms;
  let v: T;
  do {
    v = await get();
    if (good(v)) return v;
    await new Promise((next) => setTimeout(next, 50));
  } while (Date.now() < end);
  throw new Error(`${what}: still ${JSON.stringify(v)?.slice(0, 500)}`);
}
