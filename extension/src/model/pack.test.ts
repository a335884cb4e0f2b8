import fc from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "./pack.ts";
import { anyId, anySample, sampleEntry } from "./sample.ts";

test("a list survives being stored", () => {
  const names = fc.constantFrom("채널 1", "사람", "");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyId, anySample, names, fc.subarray(["soop", "twitch"])), { maxLength: 20 }),
      (list) => {
        const entries = list.map(([id, over, name, p]) => sampleEntry(id, { ...over, creator: { id: "c", name } }, p));
        const back = unpack(JSON.parse(JSON.stringify(pack(entries))));
        expect(back).toEqual(entries);
        for (const [i, e] of back.entries())
          for (const o of back.slice(i))
            if (entries[i]?.category === entries[back.indexOf(o)]?.category) expect(o.category).toBe(e.category);
      },
    ),
  );
});
