// The set of entries that is kept current: whole lists replace it, events change it.

import { byViewers, type Entry } from "./entry.ts";

export interface Removed {
  readonly id: string;
  /** The id under which the entry goes on. */
  readonly now?: string;
}

/** The server's set is 2,000; a server that sends more without end must not fill the memory. */
const maxEntries = 5000;

export class Board {
  #byId = new Map<string, Entry>();
  #sorted: readonly Entry[] | undefined;
  /** Keys of entries that go on under another id: such a key must not be given out again while its entry is live. */
  #renamed = new Map<string, string>();

  /** Counts the changes. */
  version = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Most viewers first; the same array until something changes. */
  entries(): readonly Entry[] {
    this.#sorted ??= [...this.#byId.values()].sort(byViewers);
    return this.#sorted;
  }

  /** A whole list. An entry whose id changed is found again by its members. */
  replace(list: readonly Entry[]): void {
    const old = this.#byId;
    const members = new Map<string, Entry>();
    const ids = new Set(list.map((e) => e.id));
    for (const e of old.values())
      if (!ids.has(e.id) && e.broadcasts.length > 1)
        for (const b of e.broadcasts) members.set(`${b.platform}:${b.id}`, e);
    this.#byId = new Map();
    for (const e of list.slice(0, maxEntries)) {
      const before = old.get(e.id) ?? members.get(e.id);
      for (const b of before?.broadcasts ?? []) members.delete(`${b.platform}:${b.id}`); // it goes on once
      this.#byId.set(e.id, this.#keyed(e, before));
    }
    this.#forget();
  }

  /** Changes: rows to insert or replace (they keep the trend of the last list), then ids to drop. */
  apply(upserts: readonly Entry[], removed: readonly Removed[]): void {
    const from = new Map(removed.filter((r) => r.now).map((r) => [r.now as string, r.id]));
    for (const e of upserts) {
      const before = this.#byId.get(e.id) ?? this.#byId.get(from.get(e.id) ?? "");
      if (!before && this.#byId.size >= maxEntries) continue;
      const { trend, trend_step, was } = before ?? e;
      this.#byId.set(e.id, this.#keyed({ ...e, trend, trend_step, was }, before));
    }
    for (const r of removed) this.#byId.delete(r.id);
    this.#forget();
  }

  #keyed(e: Entry, before: Entry | undefined): Entry {
    const taken = this.#renamed.get(e.id);
    const key = before?.key ?? (taken !== undefined && taken !== e.id ? `${e.id}~` : e.id);
    if (key !== e.id) this.#renamed.set(key, e.id);
    return { ...e, key };
  }

  #forget(): void {
    this.#sorted = undefined;
    this.version++;
    for (const [key, id] of this.#renamed) if (this.#byId.get(id)?.key !== key) this.#renamed.delete(key);
  }
}
