// Which columns there are, and in which order.

import type { ColumnSetting, Group, PlatformView } from "../../model/index.ts";

/**
 * The settings' columns, then the platforms that they do not name. Platforms that are not there or switched off have no column.
 * Without any favourite their column would be an empty second one: until the reader ordered columns it waits at the end.
 */
export function columnsOf(
  chosen: readonly ColumnSetting[],
  platforms: readonly Pick<PlatformView, "id" | "state" | "broadcasts">[],
  favouritesLast: boolean,
): ColumnSetting[] {
  const there = platforms.filter((p) => p.state !== "off" || p.broadcasts).map((p) => `p:${p.id}`);
  const all = chosen.filter((c) => !c.id.startsWith("p:") || there.includes(c.id));
  for (const id of there) if (!all.some((c) => c.id === id)) all.push({ id, hidden: false });
  if (favouritesLast && chosen.length < 3) all.sort((a, b) => Number(a.id === "fav") - Number(b.id === "fav"));
  return all;
}

/** The headings of groups that have rows; none for a single one without a name. */
export function headings(
  groups: readonly Pick<Group, "name" | "rows">[],
  unnamed: string,
): { at: number; name: string }[] {
  const filled = groups.filter((g) => g.rows.length);
  if (filled.length === 1 && !filled[0]?.name) return [];
  let at = 0;
  return filled.map((g) => {
    const heading = { at, name: g.name || unnamed };
    at += g.rows.length;
    return heading;
  });
}
