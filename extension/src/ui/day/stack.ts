// The mathematics of areas on top of each other. A step in which a platform is unknown has no area of it: areas end and begin anew at
// the edge of the step, and nothing is drawn across.

export type Series = readonly (number | null)[];

/** Where the known layers lie in one step, bottom first: [low, high], null for an unknown one. */
export type Stack = readonly (readonly [low: number, high: number] | null)[];

/** One stack for each step; layers are bottom first. */
export function stack(layers: readonly Series[], steps: number): Stack[] {
  return Array.from({ length: steps }, (_, i) => {
    let base = 0;
    return layers.map((layer) => {
      const v = layer[i] ?? null;
      if (v === null) return null;
      const low = base;
      base += v;
      return [low, base] as const;
    });
  });
}

/** The height of a step: the sum of what is known; null when nothing is. */
export function top(s: Stack): number | null {
  return s.reduce<number | null>((most, l) => (l ? Math.max(most ?? 0, l[1]) : most), null);
}

export interface Run {
  readonly from: number;
  /** After the last. */
  readonly to: number;
}

/** The longest runs of steps in which the same layers are known; steps in which none is are in none. */
export function runs(stacks: readonly Stack[]): Run[] {
  const out: { from: number; to: number }[] = [];
  let before = "";
  stacks.forEach((s, i) => {
    const known = s.map((l) => (l ? "1" : "0")).join("");
    if (known.includes("1")) {
      const last = out.at(-1);
      if (last && last.to === i && known === before) last.to = i + 1;
      else out.push({ from: i, to: i + 1 });
    }
    before = known;
  });
  return out;
}

/** Runs of steps in which something that should be known is not: all of `layers` for a gap. */
export function gaps(stacks: readonly Stack[]): Run[] {
  const out: { from: number; to: number }[] = [];
  stacks.forEach((s, i) => {
    if (s.some((l) => l)) return;
    const last = out.at(-1);
    if (last?.to === i) last.to = i + 1;
    else out.push({ from: i, to: i + 1 });
  });
  return out;
}

/** The path of one layer over its runs. x maps places in steps (0 the beginning of the first), y maps viewers. */
export function areaPath(
  stacks: readonly Stack[],
  layer: number,
  x: (step: number) => number,
  y: (viewers: number) => number,
): string {
  const out: string[] = [];
  for (const { from, to } of runs(stacks)) {
    if (!stacks[from]?.[layer]) continue;
    const up: string[] = [];
    const down: string[] = [];
    for (let i = from; i < to; i++) {
      const [low, high] = stacks[i]?.[layer] ?? [0, 0]; // known: a run has the same layers throughout
      // A value stands in the middle of its step; the first and the last reach to the edge, so that one alone is seen.
      for (const at of [...(i === from ? [i] : []), i + 0.5, ...(i === to - 1 ? [i + 1] : [])]) {
        up.push(`${round(x(at))} ${round(y(high))}`);
        down.push(`${round(x(at))} ${round(y(low))}`);
      }
    }
    out.push(`M${up.join("L")}L${down.reverse().join("L")}Z`);
  }
  return out.join("");
}

export interface Dot {
  readonly at: number;
  readonly viewers: number;
}

/** The path of a line; where two points are further apart than `most` ms there is none between them. One alone is a dot. */
export function linePath(
  points: readonly Dot[],
  most: number,
  x: (at: number) => number,
  y: (viewers: number) => number,
): string {
  let out = "";
  points.forEach((p, i) => {
    const at = `${round(x(p.at))} ${round(y(p.viewers))}`;
    const before = points[i - 1];
    const joined = before !== undefined && p.at - before.at <= most;
    const after = points[i + 1];
    if (joined) out += `L${at}`;
    else if (after && after.at - p.at <= most) out += `M${at}`;
    else out += `M${at}h0`; // round caps make a dot of it
  });
  return out;
}

const round = (n: number) => Math.round(n * 10) / 10;
