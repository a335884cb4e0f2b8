import { describe, expect, it } from "vitest";
import { formOf, layout } from "./layout.ts";

describe("layout", () => {
  it("shows one column at 320 and 400, two at 1024, four at 1440", () => {
    expect(layout(320, 6).fitting).toBe(1);
    expect(layout(400, 6).fitting).toBe(1);
    expect(layout(1024, 6).fitting).toBe(2);
    expect(layout(1440, 6).fitting).toBe(4);
  });

  it("gives whole columns the whole width, the first the most", () => {
    for (let width = 280; width <= 2600; width += 20)
      for (let count = 1; count <= 8; count++) {
        const { widths, fitting, pad } = layout(width, count);
        expect(widths).toHaveLength(count);
        const used = widths.slice(0, fitting).reduce((a, b) => a + b, 0) + 12 * (fitting - 1);
        expect(used).toBeLessThanOrEqual(width - 2 * pad);
        for (const w of widths) expect(w).toBeLessThanOrEqual(Math.max(widths[0] ?? 0, w));
        expect(Math.min(...widths)).toBeGreaterThan(250);
      }
  });

  it("has nothing to lay out without columns", () => {
    expect(layout(1440, 0)).toMatchObject({ widths: [], fitting: 0 });
  });
});

describe("formOf", () => {
  it("is full where a picture fits, slim where not, and what was chosen otherwise", () => {
    expect(formOf("comfortable", 440)).toBe("full");
    expect(formOf("comfortable", 304)).toBe("slim");
    expect(formOf("compact", 440)).toBe("compact");
    expect(formOf("text", 304)).toBe("text");
  });
});
