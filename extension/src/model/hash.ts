// The part of the address after #: which screen, and the filter.

import type { Filter } from "./filter.ts";
import { decodeFilter, encodeFilter } from "./filtercode.ts";

/** `#settings?q=…` → screen and filter; no `?` means that the address says nothing about the filter. */
export function readHash(hash: string): { route: string; filter: Filter | undefined } {
  const [route = "", query] = hash.replace(/^#/, "").split(/\?(.*)/s);
  return {
    route: /^[\w/-]{0,60}$/.test(route) ? route : "",
    filter: query === undefined ? undefined : decodeFilter(query),
  };
}

export function writeHash(route: string, filter: Filter): string {
  const query = encodeFilter(filter);
  return route || query ? `#${route}${query && `?${query}`}` : "";
}
