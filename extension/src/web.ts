// Where the page that the hub serves runs: an ordinary tab. Stores in localStorage; talks to the server that served it.

import { readHash, writeHash } from "./model/hash.ts";
import type { Port } from "./port.ts";

const prefix = "onair.";

function parse(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null; // damaged, not absent: the reader says so and keeps a copy
  }
}

export function webPort(): Port {
  return {
    extension: false,
    server: location.origin,
    read: async (keys = []) =>
      Object.fromEntries(
        keys.map((k) => [k, parse(localStorage.getItem(prefix + k))]).filter(([, v]) => v !== undefined),
      ),
    async write(items) {
      for (const [k, v] of Object.entries(items)) {
        if (v === undefined) localStorage.removeItem(prefix + k);
        else localStorage.setItem(prefix + k, JSON.stringify(v));
      }
    },
    watch(told) {
      const heard = (e: StorageEvent) => {
        if (e.key?.startsWith(prefix)) told({ [e.key.slice(prefix.length)]: parse(e.newValue) });
      };
      addEventListener("storage", heard);
      return () => removeEventListener("storage", heard);
    },
    open(url, how) {
      if (how === "current") location.assign(url);
      else
        window.open(
          url,
          "_blank",
          how === "window" ? "noopener,noreferrer,popup=0,width=1280,height=800" : "noopener,noreferrer",
        );
    },
    shownFilter: () => readHash(location.hash).filter,
    showFilter: (filter) =>
      history.replaceState(history.state, "", writeHash(readHash(location.hash).route, filter) || location.pathname),
    askNotify: async () => false,
    askReach: async () => true,
  };
}
