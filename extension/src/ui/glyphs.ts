// The platforms' glyphs. A glyph is one element with a class: colour and picture come from a style sheet that is made of what the
// server says of its platforms (names and colours travel as data, the programs know no platform).

import type { PlatformView } from "../model/index.ts";

const sheet = typeof CSSStyleSheet === "undefined" ? null : new CSSStyleSheet();
let made = "";

/** Puts the platforms' classes (`g-<id>` with `--pf`) in place; does nothing when they are already. */
export function dressPlatforms(platforms: readonly PlatformView[], doc: Document = document): void {
  if (!sheet) return;
  if (!doc.adoptedStyleSheets.includes(sheet)) doc.adoptedStyleSheets = [...doc.adoptedStyleSheets, sheet];
  const rules = platforms.map(platformRule).join("\n");
  if (rules === made) return;
  made = rules;
  sheet.replaceSync(rules);
}

/** The style rule of one platform; empty for one whose fields are not what they should be. */
export function platformRule(p: Pick<PlatformView, "id" | "colour" | "icon">): string {
  if (!/^[a-z][a-z0-9]{0,15}$/.test(p.id) || !/^#[0-9a-f]{6}$/i.test(p.colour) || !/^[\w\s.,+-]*$/.test(p.icon))
    return "";
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><path fill='${ink(p.colour)}' d='${p.icon}'/></svg>`;
  return `.p-${p.id}{--pf:${p.colour}}.g-${p.id}{background-color:${p.colour};background-image:url("data:image/svg+xml,${encodeURIComponent(svg)}")}`;
}

/** Black or white, whichever is easier to see on a colour. */
export function ink(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return light > 0.35 ? "#0b0d12" : "#fff";
}
