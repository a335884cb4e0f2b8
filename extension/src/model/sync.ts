// The settings in the browser's own sync, within its limits: 8 kB an item, 100 kB in all, 120 writes a minute. The text is
// cut into items; a head says how many there are and whose they are. What this machine has stays the truth: what comes from
// another is taken when it is newer, and never when it is incomplete.

import type { Doc } from "./doc.ts";
import { isObject } from "./entry.ts";
import { readDoc } from "./readdoc.ts";

/** Bytes of an item as the browser counts them (its JSON, in UTF-8), with room for the key. */
const itemBytes = 8000;
/** All items; the rest of the 102,400 is left to the head and to slack. */
const maxItems = 12;

const bytes = (s: string): number => new TextEncoder().encode(JSON.stringify(s)).length;

/** The items of a text, or undefined when it does not fit. */
export function cut(text: string): Record<string, string> | undefined {
  const items: Record<string, string> = {};
  let n = 0;
  for (let from = 0; from < text.length; n++) {
    if (n >= maxItems) return undefined;
    let to = Math.min(text.length, from + itemBytes);
    while (bytes(text.slice(from, to)) > itemBytes) to = from + Math.floor((to - from) * 0.8);
    if (/[\ud800-\udbff]/.test(text[to - 1] ?? "")) to--; // a character is not cut in two
    items[`s${n}`] = text.slice(from, to);
    from = to;
  }
  return items;
}

/** What to write, or undefined when the settings are too many. Old items beyond the new ones are named in `drop`. */
export function outgoing(
  doc: Doc,
  before: Record<string, unknown>,
): { items: Record<string, unknown>; drop: string[] } | undefined {
  const parts = cut(JSON.stringify(doc));
  if (!parts) return undefined;
  const items = { ...parts, head: { n: Object.keys(parts).length, edited: doc.edited } };
  return { items, drop: Object.keys(before).filter((k) => /^s\d+$/.test(k) && !(k in parts)) };
}

/** The settings that another machine left, if they are whole and newer than ours. The server in use stays ours. */
export function incoming(items: Record<string, unknown>, ours: Doc): Doc | undefined {
  const { head } = items;
  if (!isObject(head) || !Number.isInteger(head.n) || !(typeof head.edited === "number" && head.edited > ours.edited))
    return undefined;
  let text = "";
  for (let i = 0; i < (head.n as number); i++) {
    const part = items[`s${i}`];
    if (typeof part !== "string") return undefined; // still on its way
    text += part;
  }
  try {
    const { doc, damaged, newer } = readDoc(JSON.parse(text), ours.server);
    if (damaged || newer || doc.edited !== head.edited) return undefined; // parts of two versions
    const servers = { ...ours.servers, ...doc.servers };
    return { ...doc, server: servers[ours.server] ? ours.server : doc.server, servers };
  } catch {
    return undefined;
  }
}
