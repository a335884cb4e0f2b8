// What the reader does not want to see.

import { type Entry, entryKeys } from "./entry.ts";
import type { pattern } from "./pattern.ts";
import type { HiddenRule } from "./settings.ts";

const plain = (s: string): string => s.normalize("NFKC").toLowerCase();

/** A test for entries that a rule hides. Rules that cannot be used hide nothing; nor do patterns without their engine. */
export function hider(rules: readonly HiddenRule[], engine?: typeof pattern): (e: Entry) => boolean {
  if (!rules.length) return () => false;
  const creators = new Set<string>();
  const categories = new Set<string>();
  const tests: ((text: string) => boolean)[] = [];
  for (const r of rules) {
    if (r.kind === "creator") for (const k of [r.value, ...r.keys]) creators.add(k);
    else if (r.kind === "category") categories.add(r.value);
    else if (r.kind === "keyword") {
      const words = plain(r.value);
      tests.push((text) => plain(text).includes(words));
    } else {
      const test = engine?.(r.value);
      if (typeof test === "function") tests.push(test);
    }
  }
  const known = new WeakMap<Entry, boolean>();
  return (e) => {
    let hidden = known.get(e);
    if (hidden === undefined) {
      const c = e.category;
      hidden =
        (creators.size > 0 && entryKeys(e).some((k) => creators.has(k))) ||
        (c !== null && (categories.has(c.id) || categories.has(c.group))) ||
        (tests.length > 0 &&
          [e.title, e.creator.name, ...e.broadcasts.map((b) => b.title)].some((t) => tests.some((hides) => hides(t))));
      known.set(e, hidden);
    }
    return hidden;
  };
}
