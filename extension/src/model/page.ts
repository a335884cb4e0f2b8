// What the store needs of the document that it serves: whether somebody looks, the network, the address, and frames.

export interface Page {
  visible(): boolean;
  online(): boolean;
  hash(): string;
  setHash(hash: string): void;
  /** Calls once, with the next frame. */
  frame(then: () => void): void;
  /** Tells when visibility, network or address changed, or the page is about to go; returns the way to stop. */
  listen(told: (what: "visibility" | "network" | "hash") => void): () => void;
}

/** The page that this runs in. */
export function browserPage(): Page {
  return {
    visible: () => document.visibilityState === "visible",
    online: () => navigator.onLine,
    hash: () => location.hash,
    setHash: (hash) => history.replaceState(history.state, "", hash || location.pathname + location.search),
    frame: (then) => void requestAnimationFrame(then),
    listen(told) {
      const stop = new AbortController();
      const on = (target: EventTarget, event: string, what: "visibility" | "network" | "hash") =>
        target.addEventListener(event, () => told(what), { signal: stop.signal });
      on(document, "visibilitychange", "visibility");
      for (const event of ["online", "offline"]) on(window, event, "network");
      on(window, "hashchange", "hash");
      return () => stop.abort();
    },
  };
}
