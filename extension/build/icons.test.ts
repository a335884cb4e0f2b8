import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { manifest } from "./manifest.ts";

const file = (path: string) => readFileSync(new URL(`../public/${path}`, import.meta.url));

type Pixel = readonly [r: number, g: number, b: number, a: number];
const clear: Pixel = [0, 0, 0, 0];

/** The picture of a PNG as the browser writes it: eight bits, RGBA, not interlaced. */
function decode(png: Buffer): { width: number; height: number; at: (x: number, y: number) => Pixel } {
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect([...png.subarray(24, 29)]).toEqual([8, 6, 0, 0, 0]);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * 4;
  expect(raw.length).toBe((stride + 1) * height);
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++)
    for (let i = 0; i < stride; i++) {
      const left = i < 4 ? 0 : (out[y * stride + i - 4] as number);
      const up = y ? (out[(y - 1) * stride + i] as number) : 0;
      const corner = y && i >= 4 ? (out[(y - 1) * stride + i - 4] as number) : 0;
      const guess = left + up - corner;
      const [a, b, c] = [left, up, corner].map((v) => Math.abs(guess - v)) as [number, number, number];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const add = [0, left, up, (left + up) >> 1, paeth][raw[y * (stride + 1)] as number] as number;
      out[y * stride + i] = (raw[y * (stride + 1) + 1 + i] as number) + add;
    }
  return { width, height, at: (x, y) => [...out.subarray(y * stride + x * 4, y * stride + x * 4 + 4)] as never };
}

/** What the drawing, which is made of rounded rectangles and circles, has at a point of its 128 by 128. */
function drawing(svg: string): (x: number, y: number) => Pixel {
  const shapes = [...svg.matchAll(/<(rect|circle|path|g|line|ellipse|poly\w+|text|use|image)\b([^>]*)\/>/g)].map(
    ([, name, text]) => {
      const all = Object.fromEntries([...(text as string).matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
      const n = (key: string) => Number(all[key] ?? 0);
      const colour = (all.fill === "none" ? all.stroke : all.fill) as string;
      const rgb = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16)) as [number, number, number];
      const inside = (x: number, y: number): boolean => {
        if (name === "rect") {
          const dx = Math.max(n("rx") - x, x - (n("width") - n("rx")), 0);
          const dy = Math.max(n("rx") - y, y - (n("height") - n("rx")), 0);
          return Math.hypot(dx, dy) <= n("rx");
        }
        if (name !== "circle") throw new Error(`a ${name} in the drawing: this test has to learn it`);
        const d = Math.hypot(x - n("cx"), y - n("cy"));
        return all.fill === "none" ? Math.abs(d - n("r")) <= n("stroke-width") / 2 : d <= n("r");
      };
      return { inside, rgb, alpha: Number(all["stroke-opacity"] ?? 1) };
    },
  );
  expect(shapes.length).toBeGreaterThan(2); // it did look
  return (x, y) =>
    shapes.reduce<Pixel>(([r, g, b, a], s) => {
      if (!s.inside(x, y)) return [r, g, b, a];
      const mix = (under: number, i: 0 | 1 | 2) => under * (1 - s.alpha) + s.rgb[i] * s.alpha;
      return [mix(r, 0), mix(g, 1), mix(b, 2), Math.max(a, 255 * s.alpha)];
    }, clear);
}

describe("icons", () => {
  const at = drawing(file("web/icon.svg").toString());
  const icons = manifest("newtab", "1.2.3").icons as Record<number, string>;

  it.each(Object.entries(icons).map(([size, path]) => ({ size: Number(size), path })))(
    "$path is the drawing, from its first line to its last",
    ({ size, path }) => {
      const png = decode(file(`extension/${path}`));
      expect([png.width, png.height]).toEqual([size, size]);
      const scale = 128 / size;
      // Points of a pixel and a quarter of its neighbours, for smoothing reaches over.
      const fine = 6;
      const point = (pixel: number, i: number) =>
        Math.min(Math.max((pixel - 0.25 + (1.5 * i) / (fine - 1)) * scale, 0.01), 127.99);
      const wrong: string[] = [];
      const seen = ([r, g, b, a]: Pixel) => [(r * a) / 255, (g * a) / 255, (b * a) / 255, a];
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          // On an edge a pixel is anything between what it covers: programs smooth differently.
          const least = [255, 255, 255, 255];
          const most = [0, 0, 0, 0];
          for (let i = 0; i < fine * fine; i++)
            seen(at(point(x, i % fine), point(y, Math.floor(i / fine)))).forEach((v, c) => {
              least[c] = Math.min(least[c] as number, v);
              most[c] = Math.max(most[c] as number, v);
            });
          const got = seen(png.at(x, y));
          if (got.some((v, c) => v < (least[c] as number) - 12 || v > (most[c] as number) + 12))
            wrong.push(`${x},${y}: ${got} and not ${least} to ${most}`);
        }
      expect(wrong.slice(0, 5)).toEqual([]);
    },
  );
});
