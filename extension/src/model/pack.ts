// The list as text for the next page: small, because it is read before the first paint. What many rows say is said once.

import type { Broadcast } from "./api.ts";
import type { Entry } from "./entry.ts";

type Shared = Entry["category"] | Entry["lang"];
type Packed = Omit<Entry, "category" | "lang" | "broadcasts"> & {
  category: number;
  lang: number;
  broadcasts: Broadcast[];
};

/** What JSON takes; see unpack. */
export function pack(entries: readonly Entry[]): { shared: Shared[]; rows: object[] } {
  const shared = new Map<Shared, number>();
  const place = (x: Shared): number => {
    const at = shared.get(x) ?? shared.size;
    shared.set(x, at);
    return at;
  };
  const rows = entries.map((e) => ({
    ...e,
    category: place(e.category),
    lang: place(e.lang),
    broadcasts: e.broadcasts.map((b) => ({
      ...b,
      title: b.title === e.title ? undefined : b.title,
      channel: { ...b.channel, name: b.channel.name === e.creator.name ? undefined : b.channel.name },
    })),
  }));
  return { shared: [...shared.keys()], rows };
}

/** The entries of what pack made, after JSON. Takes its objects over. */
export function unpack({ shared, rows }: { shared: Shared[]; rows: object[] }): Entry[] {
  for (const e of rows as Packed[]) {
    Object.assign(e, { category: shared[e.category], lang: shared[e.lang] });
    for (const b of e.broadcasts) {
      b.title ??= e.title;
      b.channel.name ??= e.creator.name;
    }
  }
  return rows as Entry[];
}
