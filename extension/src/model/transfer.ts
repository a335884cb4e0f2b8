// Everything that was chosen, as one file, out and in.

import { type Doc, version } from "./doc.ts";
import { isObject } from "./entry.ts";
import type { ImportError } from "./errors.ts";
import { readDoc } from "./readdoc.ts";

/** A thousand favourites are 300 kB. */
const maxFile = 4 << 20;

/** The file's text. */
export function exported(doc: Doc): string {
  return JSON.stringify({ onair: "settings", ...doc }, null, 1);
}

/**
 * The document of a file. The server in use stays: a file from elsewhere must not choose whom this browser talks to. The
 * file's settings for it are taken, or else those that its writer used.
 */
export function imported(text: string, now: Doc): Doc | ImportError {
  if (text.length > maxFile) return "large";
  let x: unknown;
  try {
    x = JSON.parse(text);
  } catch {
    return "syntax";
  }
  if (!isObject(x) || x.onair !== "settings" || !isObject(x.servers) || !Object.keys(x.servers).length)
    return "notOnair";
  if (!(typeof x.v === "number" && x.v <= version)) return "newer";
  const { doc } = readDoc(x, now.server);
  const mine = doc.servers[now.server] ?? doc.servers[doc.server];
  return { ...now, servers: { ...now.servers, ...doc.servers, ...(mine && { [now.server]: mine }) } };
}
