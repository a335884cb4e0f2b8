import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("every test that docs/ui.md names exists", () => {
  const rows = [...readFileSync(join(root, "docs/ui.md"), "utf8").matchAll(/^\| (.+) \| `(.+)` › (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(60); // it did look
  const wrong = rows.filter(([, , file, name]) => {
    const text = readFileSync(join(root, file as string), "utf8");
    const said = file?.endsWith(".go") ? [`func ${name}(`] : [`("${name}"`, `["${name}"`, `\n  "${name}"`];
    return !said.some((s) => text.includes(s));
  });
  expect(wrong.map(([row]) => row)).toEqual([]);
});
