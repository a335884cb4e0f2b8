// Draws the extension's icons from public/web/icon.svg, in the sizes that the manifest names: `npm run icons`. They are in git, because
// a build needs no browser; build/icons.test.ts says when one is not what the drawing is.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const root = new URL("../public/", import.meta.url).pathname;
const svg = readFileSync(`${root}web/icon.svg`, "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const size of [16, 32, 48, 128]) {
  // The window is larger than the drawing: a headless one as small as an icon draws only a part of it.
  const page = await browser.newPage({ viewport: { width: 400, height: 400 } });
  await page.setContent(
    `<style>body{margin:0;background:transparent}svg{width:${size}px;height:${size}px;display:block}</style>${svg}`,
  );
  const path = `${root}extension/icons/${size}.png`;
  await page.locator("svg").screenshot({ path, omitBackground: true });
  console.log(path);
}
await browser.close();
