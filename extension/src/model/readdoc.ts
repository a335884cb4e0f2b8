// The settings document out of anything that was stored: older versions are brought up step by step, and of a damaged one
// everything that is sound is kept.

import { type Doc, freshDoc, unseal, version } from "./doc.ts";
import { isObject } from "./entry.ts";
import { readSettings } from "./readsettings.ts";
import { defaultSettings, type Settings } from "./settings.ts";

type Loose = Record<string, unknown>;

/** steps[n] makes the form of version n + 1 out of that of version n. */
const steps: Readonly<Record<number, (old: Loose) => Loose>> = {};

/** Servers beyond this many were not typed by a person. */
const maxServers = 20;

/** An origin as the settings name it; "" is the web page's own. */
const isServer = (s: string): boolean => s === "" || /^https?:\/\/[^/]{1,260}$/.test(s);

/**
 * The document in anything that was stored. damaged says that something in it was not understood; then the caller keeps a
 * copy of what it was. newer says that a later version of this program wrote it.
 */
export function readDoc(x: unknown, server: string): { doc: Doc; damaged: boolean; newer: boolean } {
  if (x === undefined) return { doc: freshDoc(server), damaged: false, newer: false };
  const sealed = unseal(x);
  if (sealed) return { doc: sealed, damaged: false, newer: false };
  const given = typeof x === "string" ? parse(x) : x;
  let from: Loose = isObject(given) ? given : {};
  const v = Number.isInteger(from.v) ? (from.v as number) : version;
  for (let n = v; n < version; n++) {
    try {
      from = steps[n]?.(from) ?? from;
    } catch {
      // A step that meets what it does not expect leaves the rest to readSettings, which takes what is sound.
    }
  }
  const servers: Record<string, Settings> = {};
  for (const [s, settings] of Object.entries(isObject(from.servers) ? from.servers : {})) {
    if (isServer(s) && Object.keys(servers).length < maxServers) servers[s] = readSettings(settings);
  }
  const used =
    typeof from.server === "string" && Object.hasOwn(servers, from.server)
      ? from.server
      : (Object.keys(servers)[0] ?? server);
  servers[used] ??= defaultSettings;
  const doc: Doc = {
    v: version,
    edited: Number.isSafeInteger(from.edited) ? (from.edited as number) : 0,
    server: used,
    servers,
  };
  return {
    doc,
    damaged: !isObject(given) || !isObject(from.servers) || !kept(from.servers, servers),
    newer: v > version,
  };
}

/** Text whose seal is broken or of another version. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^-?\d+ /, ""));
  } catch {
    return undefined;
  }
}

/** Whether everything in a is also in b; fields that b does not have are of no concern. */
function kept(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => kept(v, b[i]));
  if (isObject(a) && isObject(b)) return Object.entries(a).every(([k, v]) => !(k in b) || kept(v, b[k]));
  return a === b;
}
