// A filter in other forms: in the address (#…?q=…), in storage, and as a question to the server.

import { isObject } from "./entry.ts";
import { defaultFilter, type Filter, type SortKey } from "./filter.ts";

export const sortKeys: readonly SortKey[] = ["viewers", "rising", "started", "name", "category"];

/** More values than the server takes, or longer words, are cut. */
const maxValues = 20;
const maxQuery = 100;
const maxViewers = 20_000_000;

const flags = ["new", "rising", "hot", "noOfficial", "reverse"] as const;
const lists = ["platforms", "categories", "langs"] as const;

/** A filter of any stored or given value: what is not right is the default. */
export function readFilter(x: unknown): Filter {
  const from = isObject(x) ? x : {};
  const filter: Record<string, unknown> = { ...defaultFilter };
  if (typeof from.q === "string") filter.q = from.q.slice(0, maxQuery);
  for (const f of flags) filter[f] = from[f] === true;
  for (const l of lists) {
    const list = from[l];
    if (Array.isArray(list))
      filter[l] = [...new Set(list.filter((v) => typeof v === "string" && v.length <= 200))].slice(0, maxValues);
  }
  for (const b of ["min", "max"]) {
    const v = from[b];
    if (Number.isInteger(v) && (v as number) >= 0 && (v as number) <= maxViewers) filter[b] = v;
  }
  if (sortKeys.includes(from.sort as SortKey)) filter.sort = from.sort;
  return filter as unknown as Filter;
}

/** The part of the address after `?`: only what differs from the default, in a fixed order. */
export function encodeFilter(f: Filter): string {
  const p = new URLSearchParams();
  if (f.q) p.set("q", f.q);
  for (const l of lists) if (String(f[l]) !== String(defaultFilter[l])) p.set(l, f[l].join(","));
  for (const k of flags) if (f[k]) p.set(k, "1");
  if (f.min !== null) p.set("min", String(f.min));
  if (f.max !== null) p.set("max", String(f.max));
  if (f.sort !== "viewers") p.set("sort", f.sort);
  return p.toString().replaceAll("%2C", ",");
}

/** The reverse of encodeFilter; what it does not know it leaves at the default. */
export function decodeFilter(s: string): Filter {
  const p = new URLSearchParams(s);
  const from: Record<string, unknown> = { q: p.get("q"), sort: p.get("sort") };
  for (const l of lists) if (p.has(l)) from[l] = p.get(l) === "" ? [] : p.get(l)?.split(",");
  for (const k of flags) from[k] = p.get(k) === "1";
  for (const b of ["min", "max"]) if (p.get(b)) from[b] = Number(p.get(b));
  return readFilter(from);
}

/** The same question for the server (`/v1/streams?…`); unknown languages cannot be asked for. */
export function serverQuery(f: Filter): string {
  const p = new URLSearchParams();
  if (f.q.trim()) p.set("q", f.q.trim());
  for (const v of f.platforms) p.append("platform", v);
  for (const v of f.categories) p.append("category", v);
  if (!f.langs.includes("")) for (const v of f.langs) p.append("lang", v);
  for (const k of ["new", "rising", "hot"] as const) if (f[k]) p.set(k, "true");
  if (f.noOfficial) p.set("official", "false");
  if (f.min !== null) p.set("min_viewers", String(f.min));
  if (f.max !== null) p.set("max_viewers", String(f.max));
  return p.toString();
}
