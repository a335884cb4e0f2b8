// The stored form of the settings: one document with the settings of every server that was used, as sealed text. A text
// whose seal holds was written by this version and is taken as it is; anything else goes through readdoc.ts.

import { defaultSettings, type Settings } from "./settings.ts";

export interface Doc {
  readonly v: number;
  /** Local time of the last change made by the reader; 0 for defaults. */
  readonly edited: number;
  /** The server in use: an origin. */
  readonly server: string;
  readonly servers: Readonly<Record<string, Settings>>;
}

/** The form that this program writes. Adding a field with a default needs no new version; changing a meaning does. */
export const version = 1;

export function freshDoc(server: string): Doc {
  return { v: version, edited: 0, server, servers: { [server]: defaultSettings } };
}

/** The document with some settings of the server in use changed. */
export function withSettings(doc: Doc, patch: Partial<Settings>): Doc {
  return { ...doc, servers: { ...doc.servers, [doc.server]: { ...(doc.servers[doc.server] as Settings), ...patch } } };
}

/** Enough to notice a text that was cut, edited or written by another version. */
function sum(text: string): number {
  let h = version;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/** The form that is stored: the sum, a space, JSON. */
export function seal(doc: Doc): string {
  const text = JSON.stringify(doc);
  return `${sum(text)} ${text}`;
}

/** The document of a sealed text of this version; undefined for anything else. */
export function unseal(x: unknown): Doc | undefined {
  const [, seal, text] = (typeof x === "string" && /^(-?\d+) (.*)$/s.exec(x)) || [];
  return text && Number(seal) === sum(text) ? JSON.parse(text) : undefined;
}
