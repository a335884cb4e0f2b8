// Watching several at once, on mul.live.

import type { Broadcast } from "./api.ts";
import type { Entry } from "./entry.ts";
import { safeUrl, watchOrder } from "./links.ts";

/** mul.live divides the window between the players; more than this are stamps. */
export const maxMultiview = 16;

// How mul.live writes a player in its path.
const cell: Record<string, (b: Broadcast, path: string) => string> = {
  chzzk: (b) => (/^[0-9a-f]{32}$/.test(b.channel.id) ? b.channel.id : ""),
  soop: (b) => (/^[a-z0-9_]{1,20}$/i.test(b.channel.id) ? `s:${b.channel.id}` : ""),
  twitch: (_, path) => (/^\w{1,25}$/.test(path) ? `t:${path}` : ""), // the login is in the address, not in the channel's id
  youtube: (b) => (/^[\w-]{11}$/.test(b.id) ? `y:${b.id}` : ""),
};

/**
 * An address that plays all entries at once (mul.live), each on its first platform that can be. skipped are those that no
 * platform can; url is "" when none is left.
 */
export function multiviewUrl(
  entries: readonly Entry[],
  preferred: readonly string[] = [],
): { url: string; skipped: number } {
  const cells: string[] = [];
  let skipped = 0;
  for (const e of entries) {
    let made = "";
    for (const b of watchOrder(e, preferred)) {
      const url = safeUrl(b.url);
      made ||= cell[b.platform]?.(b, url ? new URL(url).pathname.slice(1) : "") ?? "";
    }
    if (made && cells.length < maxMultiview) cells.push(made);
    else skipped++;
  }
  return { url: cells.length ? `https://mul.live/${cells.join("/")}` : "", skipped };
}
