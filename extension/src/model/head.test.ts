import fc from "fast-check";
import { expect, test } from "vitest";
import { byViewers } from "./entry.ts";
import { defaultFilter } from "./filter.ts";
import { packHead, unpackHead } from "./head.ts";
import { anyId, anySample, sampleEntry } from "./sample.ts";
import { Selector } from "./select.ts";

const input = { beyond: [], favourites: [], groups: [], hidden: [], pinFavourites: false };

test("a head gives the first rows, the sums and the counts that the whole list gives", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(anyId, anySample), { maxLength: 90, selector: ([id]) => id }),
      fc.constantFrom([], ["ko"]),
      (list, langs) => {
        const entries = list.map(([id, over]) => sampleEntry(id, over)).sort(byViewers);
        const selector = new Selector();
        selector.set({ ...input, entries, filter: { ...defaultFilter, langs } });
        const columns = ["all", "p:soop", "fav"];
        for (const id of columns) selector.select(id);
        const head = unpackHead(JSON.parse(JSON.stringify(packHead("k", selector))));
        expect(head.key).toBe("k");
        expect(head.counts).toEqual({
          ...selector.counts(),
          platforms: { ...selector.counts().platforms },
          langs: { ...selector.counts().langs },
        });
        expect(Object.keys(head.columns)).toEqual(columns);
        for (const id of columns) {
          const whole = selector.select(id);
          expect(head.columns[id]).toMatchObject({ total: whole.total, viewers: whole.viewers });
          expect(head.columns[id]?.rows).toEqual(whole.rows.slice(0, 60));
          for (const row of head.columns[id]?.rows ?? []) expect(head.entries).toContain(row.entry);
        }
      },
    ),
  );
});
