import fc from "fast-check";
import { expect, test } from "vitest";
import { freeze } from "./freeze.ts";
import { sampleEntry } from "./sample.ts";
import type { Row } from "./select.ts";

const row = (n: number): Row => ({
  key: `k${n}`,
  entry: sampleEntry(`chzzk:${n + 1}`),
  rank: n,
  move: null,
  favourite: false,
  gone: false,
});
const rows = (...ns: number[]) => ns.map(row);

test.each([
  [[1, 2, 3], [1, 2, 3], 0],
  [[1, 2, 3], [9, 1, 2, 3], 1],
  [[1, 2, 3], [1, 3], 1],
  [[1, 2, 3], [3, 1, 2], 1],
  [[1, 2, 3], [4, 2, 3], 1],
  [[1, 2, 3], [3, 2, 1], 2],
  [[], [], 0],
])("%j → %j is %i changes", (before, after, pending) => {
  expect(freeze(rows(...before), rows(...after)).pending).toBe(pending);
});

test("places stay, contents are fresh, what ended is marked", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(30)), fc.uniqueArray(fc.nat(30)), (before, after) => {
      const fresh = rows(...after);
      const held = freeze(rows(...before), fresh);
      expect(held.rows.map((r) => r.key)).toEqual(before.map((n) => `k${n}`));
      for (const r of held.rows) {
        const now = fresh.find((f) => f.key === r.key);
        if (now) expect(r).toBe(now);
        else expect(r.gone).toBe(true);
      }
      expect(held.pending === 0).toBe(String(before) === String(after));
      const again = freeze(held.rows, fresh).rows;
      expect(again.every((r, i) => r === held.rows[i])).toBe(true);
    }),
  );
});
