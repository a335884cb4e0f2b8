// Addresses that are opened.

import type { Broadcast } from "./api.ts";
import type { Entry } from "./entry.ts";

/** The address if it is one of the web (no script, no file), else "". */
export function safeUrl(x: unknown): string {
  if (typeof x !== "string" || x.length > 2000) return "";
  try {
    const u = new URL(x);
    return u.protocol === "https:" || u.protocol === "http:" ? u.href : "";
  } catch {
    return "";
  }
}

/** The broadcasts of an entry in the order in which they are offered: preferred platforms first, then most viewers. */
export function watchOrder(e: Entry, preferred: readonly string[]): readonly Broadcast[] {
  if (e.broadcasts.length < 2) return e.broadcasts;
  const place = (b: Broadcast) => (preferred.includes(b.platform) ? preferred.indexOf(b.platform) : preferred.length);
  return [...e.broadcasts].sort((a, b) => place(a) - place(b) || (b.viewers ?? -1) - (a.viewers ?? -1));
}

/** Where to watch an entry, on one platform if named; "" when nobody knows an address. */
export function watchUrl(e: Entry, preferred: readonly string[], platform?: string): string {
  for (const b of watchOrder(e, preferred)) {
    const url = (!platform || b.platform === platform) && safeUrl(b.url);
    if (url) return url;
  }
  return "";
}
