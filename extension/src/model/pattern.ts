// Regular expressions that cannot hang the page. The browser's own engine tries alternatives one after the other and may
// take for ever on a short text; here all alternatives advance together, one character at a time, so that a match costs at
// most length × states. The browser's engine still decides what is valid and what one character matches. What only it can
// do (looking around, back references) is refused.

import type { PatternError } from "./errors.ts";
import { maxPattern } from "./limits.ts";

/** Every entry's texts times this many steps is the worst that a pattern can cost at one update. */
const maxStates = 200;
/** Repeating nothing a thousand times builds no state, but takes time. */
const maxBuilds = 5000;

/** A text is matched up to this length, in code points. */
const maxLength = 300;

type Node =
  | { kind: "char"; source: string }
  | { kind: "assert"; source: string }
  | { kind: "cat" | "alt"; nodes: Node[] }
  | { kind: "repeat"; node: Node; min: number; max: number };

interface State {
  test?: RegExp;
  assert?: string;
  next: number[];
}

class Refused extends Error {
  constructor(readonly code: PatternError) {
    super(code);
  }
}

/** Splits a pattern, which the browser's engine found valid, into its parts. */
function parse(pattern: string): Node {
  const c = [...pattern];
  let i = 0;

  function alternatives(): Node {
    const nodes = [sequence()];
    while (c[i] === "|") {
      i++;
      nodes.push(sequence());
    }
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: "alt", nodes };
  }

  function sequence(): Node {
    const nodes: Node[] = [];
    while (i < c.length && c[i] !== "|" && c[i] !== ")") nodes.push(quantified(atom()));
    return { kind: "cat", nodes };
  }

  function quantified(node: Node): Node {
    const rest = c.slice(i).join("");
    const q = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
    if (!q) return node;
    i += q[0].length; // digits and signs: one unit each
    const [, sign, least, comma, most] = q;
    if (sign) return { kind: "repeat", node, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity };
    const min = Number(least);
    return { kind: "repeat", node, min, max: !comma ? min : most ? Number(most) : Infinity };
  }

  function atom(): Node {
    const start = i;
    const first = c[i++] as string;
    if (first === "(") {
      if (c[i] === "?") {
        if (c[i + 1] !== ":") throw new Refused("unsupported");
        i += 2;
      }
      const inner = alternatives();
      i++;
      return inner;
    }
    if (first === "^" || first === "$") return { kind: "assert", source: first };
    if (first === "[") {
      while (c[i] !== "]") i += c[i] === "\\" ? 2 : 1;
      i++;
    } else if (first === "\\") {
      const kind = c[i++] as string;
      if (kind === "b" || kind === "B") return { kind: "assert", source: kind };
      if (/[1-9k]/.test(kind)) throw new Refused("unsupported");
      const rest = c.slice(i).join("");
      const more = { u: /^(?:\{[^}]*\}|[\da-f]{4})/i, x: /^../, c: /^./, p: /^\{[^}]*\}/, P: /^\{[^}]*\}/ }[kind]?.exec(
        rest,
      );
      i += more ? [...more[0]].length : 0;
    }
    return { kind: "char", source: c.slice(start, i).join("") };
  }

  return alternatives();
}

function compile(pattern: string): { states: State[]; start: number } {
  const states: State[] = [{ next: [] }]; // the first is the end
  const tests = new Map<string, RegExp>();
  let builds = 0;
  const add = (s: State): number => {
    if (states.push(s) > maxStates) throw new Refused("large");
    return states.length - 1;
  };
  const build = (node: Node, next: number): number => {
    if (++builds > maxBuilds) throw new Refused("large");
    switch (node.kind) {
      case "char": {
        const test = tests.get(node.source) ?? new RegExp(`^(?:${node.source})$`, "iu");
        tests.set(node.source, test);
        return add({ test, next: [next] });
      }
      case "assert":
        return add({ assert: node.source, next: [next] });
      case "cat":
        return node.nodes.reduceRight((after, n) => build(n, after), next);
      case "alt":
        return add({ next: node.nodes.map((n) => build(n, next)) });
      case "repeat": {
        let start = next;
        if (node.max === Infinity) {
          start = add({ next: [] });
          (states[start] as State).next = [build(node.node, start), next];
        } else for (let n = node.min; n < node.max; n++) start = add({ next: [build(node.node, start), next] });
        for (let n = 0; n < node.min; n++) start = build(node.node, start);
        return start;
      }
    }
  };
  return { states, start: build(parse(pattern), 0) };
}

const word = /^\w$/iu;
const isWord = (c: string | undefined): boolean => c !== undefined && word.test(c);

function holds(assert: string, chars: readonly string[], at: number): boolean {
  if (assert === "^") return at === 0;
  if (assert === "$") return at === chars.length;
  return (isWord(chars[at - 1]) !== isWord(chars[at])) === (assert === "b");
}

/** The test of a pattern (without case), or why it cannot be used. */
export function pattern(source: string): ((text: string) => boolean) | PatternError {
  if (!source.trim()) return "empty";
  if (source.length > maxPattern) return "long";
  try {
    new RegExp(source, "iu");
  } catch {
    return "syntax";
  }
  try {
    const { states, start } = compile(source);
    return (text) => run(states, start, text);
  } catch (e) {
    if (e instanceof Refused) return e.code;
    return "unsupported";
  }
}

function run(states: readonly State[], start: number, text: string): boolean {
  const chars = [...text.slice(0, 2 * maxLength)].slice(0, maxLength);
  const seen = new Int32Array(states.length).fill(-1); // the position at which a state was last entered
  let now: number[] = [];
  for (let at = 0; ; at++) {
    const open = [start, ...now];
    const waiting: State[] = [];
    while (open.length) {
      const s = open.pop() as number;
      if (s === 0) return true;
      if (seen[s] === at) continue;
      seen[s] = at;
      const state = states[s] as State;
      if (state.test) waiting.push(state);
      else if (!state.assert || holds(state.assert, chars, at)) open.push(...state.next);
    }
    const c = chars[at];
    if (c === undefined) return false;
    now = [];
    for (const s of waiting) if (s.test?.test(c)) now.push(s.next[0] as number);
  }
}
