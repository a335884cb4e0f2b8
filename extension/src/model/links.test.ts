import fc from "fast-check";
import { expect, test } from "vitest";
import { probe, reachPattern, readAddress } from "./address.ts";
import { safeUrl, watchUrl } from "./links.ts";
import { multiviewUrl } from "./multiview.ts";
import { sampleEntry } from "./sample.ts";

const hex = "bb382c2c0cc9fa7c86ab3b037fb5799c";
const cast = (platform: string, id: string, channel: string, url: string, viewers = 1) => ({
  platform,
  id,
  channel: { id: channel, name: "" },
  url,
  title: "",
  viewers,
});

test("only addresses of the web are opened", () => {
  for (const bad of [
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "chrome://settings",
    " ",
    "x",
    5,
    null,
    `https://a/${"x".repeat(3000)}`,
  ])
    expect(safeUrl(bad)).toBe("");
  expect(safeUrl("https://chzzk.naver.com/live/x")).toBe("https://chzzk.naver.com/live/x");
  fc.assert(fc.property(fc.string(), (s) => void expect(safeUrl(s)).toMatch(/^($|https?:)/)));
});

test("the preferred platform opens first", () => {
  const e = sampleEntry("chzzk:1", {
    broadcasts: [
      cast("chzzk", "1", hex, "https://chzzk.naver.com/live/x", 50),
      cast("soop", "2", "bj", "https://play.sooplive.co.kr/bj/2", 40),
      cast("twitch", "3", "9", "javascript:x", 90),
    ],
  });
  expect(watchUrl(e, [])).toContain("chzzk");
  expect(watchUrl(e, ["soop"])).toContain("soop");
  expect(watchUrl(e, ["twitch"])).toContain("chzzk"); // has no address that is safe to open
  expect(watchUrl(e, [], "soop")).toContain("soop");
  expect(watchUrl(e, [], "youtube")).toBe("");
});

test("mul.live addresses", () => {
  const list = [
    sampleEntry("chzzk:1", { broadcasts: [cast("chzzk", "1", hex, "https://chzzk.naver.com/live/x")] }),
    sampleEntry("soop:2", { broadcasts: [cast("soop", "2", "khm11903", "https://play.sooplive.co.kr/khm11903/2")] }),
    sampleEntry("twitch:3", { broadcasts: [cast("twitch", "3", "123", "https://www.twitch.tv/zilioner")] }),
    sampleEntry("youtube:4", {
      broadcasts: [cast("youtube", "dQw4w9WgXcQ", "UCx", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")],
    }),
    sampleEntry("other:5", { broadcasts: [cast("other", "5", "x", "https://other.example/x")] }),
  ];
  expect(multiviewUrl(list)).toEqual({
    url: `https://mul.live/${hex}/s:khm11903/t:zilioner/y:dQw4w9WgXcQ`,
    skipped: 1,
  });
  expect(multiviewUrl([])).toEqual({ url: "", skipped: 0 });
  const evil = sampleEntry("chzzk:6", {
    broadcasts: [cast("chzzk", "6", "../../x", "https://x"), cast("soop", "6", "a/b?c", "https://x")],
  });
  expect(multiviewUrl([evil])).toEqual({ url: "", skipped: 1 });
});

test.each([
  ["onair.example", { origin: "https://onair.example" }],
  ["https://onair.example:8443/", { origin: "https://onair.example:8443" }],
  ["http://127.0.0.1:8080", { origin: "http://127.0.0.1:8080" }],
  ["localhost:8080", { origin: "http://localhost:8080" }],
  ["127.0.0.1:8080", { origin: "http://127.0.0.1:8080" }],
  [" LOCALHOST:8080 ", { origin: "http://localhost:8080" }],
  ["http://onair.example", "insecure"],
  ["http://192.168.0.2:8080", "insecure"],
  ["http://127.0.0.1.evil.example", "insecure"],
  ["localhost.evil.example", { origin: "https://localhost.evil.example" }],
  ["https://user:pw@onair.example", "invalid"],
  ["https://onair.example/path", "invalid"],
  ["https://onair.example/?q", "invalid"],
  ["ftp://onair.example", "invalid"],
  ["", "invalid"],
  ["https://", "invalid"],
  ["a b", "invalid"],
  ["x".repeat(300), "invalid"],
])("server address %s", (typed, result) => {
  expect(readAddress(typed)).toEqual(result);
});

test("a server is asked who it is", async () => {
  expect(reachPattern("http://127.0.0.1:8080")).toBe("http://127.0.0.1/*");
  const body = {
    seq: 1,
    as_of: null,
    platforms: [],
    clock: { real: "2026-01-01T00:00:00Z", log: "2026-01-01T00:00:00Z", speed: 1 },
  };
  const answer = (r: Response | Error) =>
    (async () => (r instanceof Error ? Promise.reject(r) : r)) as unknown as typeof fetch;
  expect(await probe("https://x", answer(Response.json(body)))).toBeNull();
  expect(await probe("https://x", answer(Response.json({ hello: 1 })))).toBe("notOnair");
  expect(await probe("https://x", answer(new Response("<html>")))).toBe("notOnair");
  expect(await probe("https://x", answer(new Response("", { status: 404 })))).toBe("notOnair");
  expect(await probe("https://x", answer(new TypeError("failed to fetch")))).toBe("unreachable");
});
