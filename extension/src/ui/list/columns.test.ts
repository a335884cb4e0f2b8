import { describe, expect, it } from "vitest";
import { columnsOf, headings } from "./columns.ts";
import { reordered } from "./reorder.ts";

const platform = (id: string, state: "ok" | "off" = "ok", broadcasts = 1) => ({ id, state, broadcasts });
const shown = (...ids: string[]) => ids.map((id) => ({ id, hidden: false }));

describe("columnsOf", () => {
  const platforms = [platform("chzzk"), platform("soop"), platform("tv", "off", 0)];

  it("adds platforms that the settings do not name, without those that are off", () => {
    expect(columnsOf(shown("all", "fav"), platforms, false)).toEqual(shown("all", "fav", "p:chzzk", "p:soop"));
  });

  it("keeps an empty favourites column out of the way until the reader orders columns", () => {
    expect(columnsOf(shown("all", "fav"), platforms, true).map((c) => c.id)).toEqual([
      "all",
      "p:chzzk",
      "p:soop",
      "fav",
    ]);
    expect(columnsOf(shown("all", "fav", "p:soop"), platforms, true).map((c) => c.id)).toEqual([
      "all",
      "fav",
      "p:soop",
      "p:chzzk",
    ]);
  });

  it("leaves columns of platforms out that are not there, and keeps categories", () => {
    expect(columnsOf(shown("p:gone", "all", "c:talk", "fav"), platforms, false).map((c) => c.id)).toEqual([
      "all",
      "c:talk",
      "fav",
      "p:chzzk",
      "p:soop",
    ]);
  });
});

describe("reordered", () => {
  const columns = [...shown("all", "fav"), { id: "p:x", hidden: true }, ...shown("p:a", "p:b")];
  const ids = (list: readonly { id: string }[]) => list.map((c) => c.id).join(" ");

  it("moves by shown places, past hidden columns", () => {
    expect(ids(reordered(columns, "fav", 1))).toBe("all p:x p:a fav p:b");
    expect(ids(reordered(columns, "p:a", -1))).toBe("all p:a fav p:x p:b");
  });

  it("moves to the place of another", () => {
    expect(ids(reordered(columns, "all", "p:b"))).toBe("fav p:x p:a p:b all");
    expect(ids(reordered(columns, "p:b", "all"))).toBe("p:b all fav p:x p:a");
  });

  it("gives the same list when it cannot be", () => {
    expect(reordered(columns, "all", -1)).toBe(columns);
    expect(reordered(columns, "p:b", 1)).toBe(columns);
    expect(reordered(columns, "nothing", 1)).toBe(columns);
    expect(reordered(columns, "all", "all")).toBe(columns);
    expect(reordered(columns, "all", "p:x")).toBe(columns);
  });
});

describe("headings", () => {
  it("stand before the first row of each group that has rows", () => {
    const group = (name: string, rows: number) => ({ name, rows: Array(rows).fill(null) });
    expect(headings([group("A", 2), group("B", 0), group("", 3)], "none")).toEqual([
      { at: 0, name: "A" },
      { at: 2, name: "none" },
    ]);
    expect(headings([group("", 3)], "none")).toEqual([]);
    expect(headings([], "none")).toEqual([]);
  });
});
