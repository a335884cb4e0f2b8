// Nests the rules of a minified style sheet: neighbours whose selectors begin alike share that beginning. Order and weight of every
// rule stay, only bytes go.

interface Rule {
  selectors: string[];
  body: string;
}

/** The end of the block that opens at `open`. */
function close(css: string, open: number): number {
  for (let i = open, depth = 0; i < css.length; i++) {
    if (css[i] === "{") depth++;
    else if (css[i] === "}" && --depth === 0) return i;
  }
  throw new Error("style sheet without end");
}

/** What a selector begins with (a class or an element), and the rest as it stands inside of that. */
function split(selector: string): [first: string, rest: string] {
  const first = /^[.#]?[\w-]+/.exec(selector)?.[0] ?? selector;
  const rest = selector.slice(first.length);
  return [first, rest.startsWith(" ") ? rest.slice(1) : rest && `&${rest}`];
}

function write(rules: readonly Rule[]): string {
  let out = "";
  for (let i = 0; i < rules.length; ) {
    const [first] = split((rules[i] as Rule).selectors[0] as string);
    const starts = (r: Rule) => r.selectors.every((s) => split(s)[0] === first);
    let to = i;
    while (to < rules.length && starts(rules[to] as Rule)) to++;
    const run = rules.slice(i, Math.max(to, i + 1));
    i += run.length;
    const flat = run.map((r) => `${r.selectors}{${r.body}}`).join("");
    // Own declarations may only stand before what is nested.
    const own = run[0]?.selectors.join() === first ? (run.shift()?.body ?? "") : "";
    const inside = run.map((r) => ({ ...r, selectors: r.selectors.map((s) => split(s)[1]) }));
    const nested =
      /^[.#\w]/.test(first) && inside.length && inside.every((r) => r.selectors.every(Boolean))
        ? `${first}{${own}${own && ";"}${write(inside)}}`
        : flat;
    out += nested.length < flat.length ? nested : flat;
  }
  return out;
}

/** The same style sheet in fewer bytes. Expects no comments and no braces in strings. */
export function nest(css: string): string {
  let out = "";
  let rules: Rule[] = [];
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf("{", at);
    if (open < 0) break;
    const end = close(css, open);
    const head = css.slice(at, open).trim();
    const body = css.slice(open + 1, end);
    at = end + 1;
    if (/^@media|^@container/.test(head)) {
      out += `${write(rules)}${head}{${nest(body)}}`;
      rules = [];
    } else if (/[@(]/.test(head)) {
      out += `${write(rules)}${head}{${body}}`;
      rules = [];
    } else rules.push({ selectors: head.split(","), body });
  }
  return out + write(rules);
}
