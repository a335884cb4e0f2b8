// Server-sent events from a fetch: EventSource cannot say where a stream that another page read should go on, and does not
// show the comments that prove a connection alive.

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** The largest event is 2,000 rows; more without an end of the event is not from our server. */
const maxBuffer = 16 << 20;

/** Splits chunks of text into events. Returns a function that takes the next chunk and gives the events it completed. */
export function eventParser(): (chunk: string) => ServerEvent[] {
  let rest = "";
  return (chunk) => {
    const parts = (rest + chunk).split(/\r?\n\r?\n/);
    rest = parts.pop() as string;
    if (rest.length > maxBuffer) throw new Error("event without end");
    return parts
      .map((part) => {
        const all = (name: string) =>
          Array.from(part.matchAll(RegExp(`^${name}: ?(.*)$`, "gm")), (m) => m[1]).join("\n");
        return { event: all("event"), id: all("id"), data: all("data") };
      })
      .filter((e) => e.data);
  };
}
