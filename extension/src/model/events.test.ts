import fc from "fast-check";
import { expect, test } from "vitest";
import { eventParser } from "./events.ts";

const stream =
  'retry: 1000\n\nevent: reset\nid: a-1\ndata: {"seq":5}\n\n:\n\nid: a-2\nevent: changes\ndata: {"x":\ndata: "가: b"}\n\ndata: half';
const events = [
  { event: "reset", id: "a-1", data: '{"seq":5}' },
  { event: "changes", id: "a-2", data: '{"x":\n"가: b"}' },
];

test("events are the same wherever the stream is cut, with either line end", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), fc.boolean(), (cuts, crlf) => {
      const text = crlf ? stream.replaceAll("\n", "\r\n") : stream;
      const parse = eventParser();
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const found = at.slice(1).flatMap((to, i) => parse(text.slice(at[i], to)));
      expect(found.map((e) => ({ ...e, data: e.data.replaceAll("\r", "") }))).toEqual(events);
    }),
  );
});

test("an event without an end is given up", () => {
  const parse = eventParser();
  const mb = "x".repeat(1 << 20);
  expect(() => {
    for (let i = 0; i < 20; i++) parse(mb);
  }).toThrow("event without end");
});
