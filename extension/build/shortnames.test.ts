import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inner } from "./shortnames.ts";

const src = join(import.meta.dirname, "../src");
const sources = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (f) => /\.tsx?$/.test(f) && !f.includes(".test."),
);

test("no name that the build shortens is asked for by text or is a key of a catalogue", () => {
  expect(sources.length).toBeGreaterThan(50); // it did look
  const wrong: string[] = [];
  for (const file of sources) {
    const text = readFileSync(join(src, file), "utf8").replace(/\b(Pick|Omit)<[^>]*>/g, "");
    for (const name of inner)
      if (
        new RegExp(`["'\`]${name}["'\`]`).test(text) ||
        (/(i18n\/(ko|en)|words)\.ts$/.test(file) && new RegExp(`^ +${name}:`, "m").test(text))
      )
        wrong.push(`${file}: ${name}`);
  }
  expect(wrong).toEqual([]);
});
