// What the columns showed when the list was stored: enough for the next page's first paint, which then neither reads nor works out
// the whole list. It stands for the settings and the filter that it was made with (`key`), and until the list is read.

import type { Entry } from "./entry.ts";
import { pack, unpack } from "./pack.ts";
import type { Counts, Row, Selection, Selector } from "./select.ts";

/** Rows a column: more than a screen shows. */
const most = 60;

export interface Head {
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly counts: Counts;
  readonly columns: Readonly<Record<string, Selection>>;
}

/** As JSON has it: entries by their place in the list. */
interface Packed {
  key: string;
  list: ReturnType<typeof pack>;
  counts: Counts;
  columns: [string, Omit<Selection, "rows"> & { rows: (Omit<Row, "key" | "entry"> & { entry: number })[] }][];
}

/** What JSON takes; see unpackHead. */
export function packHead(key: string, selector: Selector) {
  const entries: Entry[] = [];
  const places = new Map<Entry, number>();
  return {
    key,
    columns: selector.drawn().map((id) => {
      const { rows, groups, ...sums } = selector.select(id);
      const shown = rows.slice(0, most).map(({ key: _, entry, ...row }) => {
        const place = places.get(entry) ?? entries.push(entry) - 1;
        places.set(entry, place);
        return { ...row, entry: place };
      });
      // Of a group only its name and how many rows it has are drawn.
      return [id, { ...sums, rows: shown, groups: groups.map((g) => ({ name: g.name, rows: Array(g.rows.length) })) }];
    }),
    list: pack(entries),
    counts: selector.counts(),
  };
}

/** The head of what packHead made, after JSON. Takes its objects over. */
export function unpackHead({ key, list, counts, columns }: Packed): Head {
  const entries = unpack(list);
  for (const [, { rows }] of columns)
    for (const row of rows as unknown as { key: string; entry: Entry }[]) {
      row.entry = entries[row.entry as unknown as number] as Entry;
      row.key = row.entry.key;
    }
  return {
    key,
    entries,
    counts,
    columns: Object.fromEntries(columns) as unknown as Head["columns"],
  };
}
