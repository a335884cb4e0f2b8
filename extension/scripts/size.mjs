// Prints what each page loads when it opens (its HTML's scripts and style sheets, and what those import without being asked), in
// bytes, uncompressed. Fails when the new tab is over its budget: `npm run size`.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const budget = 60_000;
const dist = process.argv[2] ? resolve(process.argv[2]) : new URL("../dist/", import.meta.url).pathname;
const pages = { newtab: "newtab.html", panel: "panel.html", web: "index.html" };

/** A script and everything it imports at once. */
function closure(file, seen) {
  if (seen.has(file)) return;
  seen.add(file);
  if (!file.endsWith(".js")) return;
  const text = readFileSync(file, "utf8");
  for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g))
    closure(join(dirname(file), path), seen);
}

let over = false;
for (const [target, page] of Object.entries(pages)) {
  const root = join(dist, target);
  if (!existsSync(join(root, page))) continue;
  const html = readFileSync(join(root, page), "utf8");
  const files = new Set();
  for (const [, path] of html.matchAll(/(?:src|href)="(\.\/[^"]+\.(?:js|css))"/g)) closure(join(root, path), files);
  // The words of the language in use come with it; the larger one counts.
  const words = readdirSync(join(root, "assets")).filter((f) => /^(ko|en)-.*\.js$/.test(f));
  files.add(words.map((f) => join(root, "assets", f)).sort((a, b) => statSync(b).size - statSync(a).size)[0]);
  let sum = 0;
  for (const file of [...files].sort()) {
    const { size } = statSync(file);
    sum += size;
    console.log(`${target}\t${size}\t${file.slice(root.length + 1)}`);
  }
  const late = target === "newtab" && sum > budget;
  over ||= late;
  console.log(
    `${target}\t${sum}\ttotal${target === "newtab" ? ` of ${budget}` : ""}${late ? ": over the budget" : ""}`,
  );
}
process.exit(over ? 1 : 0);
