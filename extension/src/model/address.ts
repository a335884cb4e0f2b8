// The address of a server of one's own.

import type { AddressError } from "./errors.ts";
import { readPlatforms } from "./platforms.ts";

/** Longer than this nobody looks at a button. */
const probeTimeout = 8000;

/** What a person typed as an origin. Without encryption only this machine is allowed. */
export function readAddress(typed: string): { origin: string } | AddressError {
  const given = typed.trim();
  if (given.length > 260) return "invalid";
  const local = /^(localhost|127\.0\.0\.1)(:|\/|$)/i.test(given);
  let u: URL;
  try {
    u = new URL(/^[a-z]+:\/\//i.test(given) ? given : `${local ? "http" : "https"}://${given}`);
  } catch {
    return "invalid";
  }
  if (
    !/^https?:$/.test(u.protocol) ||
    u.username ||
    u.password ||
    u.pathname !== "/" ||
    u.search ||
    u.hash ||
    !u.hostname
  )
    return "invalid";
  if (u.protocol === "http:" && !/^(localhost|127\.0\.0\.1)$/.test(u.hostname)) return "insecure";
  return { origin: u.origin };
}

/** The pattern of the permission to reach an origin. Patterns have no ports. */
export function reachPattern(origin: string): string {
  const u = new URL(origin);
  return `${u.protocol}//${u.hostname}/*`;
}

/** Asks the server who it is; null when it is one of ours. */
export async function probe(origin: string, get: typeof fetch): Promise<AddressError | null> {
  try {
    const answer = await get(`${origin}/v1/platforms`, {
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(probeTimeout),
    });
    return answer.ok && readPlatforms(await answer.json().catch(() => undefined)) ? null : "notOnair";
  } catch {
    return "unreachable";
  }
}
