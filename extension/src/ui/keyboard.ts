// The keys. Letters are taken by their place on the keyboard as well as by what they type: with a Korean input method on, the J key
// types ㅓ, and the list still has to move.

export type Command =
  | "next"
  | "previous"
  | "first"
  | "last"
  | "page-down"
  | "page-up"
  | "column-next"
  | "column-previous"
  | "open"
  | "open-other"
  | "favourite"
  | "hide"
  | "select"
  | "copy"
  | "details"
  | "multiview"
  | "search"
  | "help"
  | "settings"
  | "show-changes"
  | "escape"
  | { column: number };

export interface Key {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const byCode: Record<string, Command> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyH: "column-previous",
  KeyL: "column-next",
  KeyF: "favourite",
  KeyX: "hide",
  KeyS: "select",
  KeyC: "copy",
  KeyI: "details",
  KeyM: "multiview",
  KeyO: "open-other",
  KeyR: "show-changes",
};

const byKey: Record<string, Command> = {
  ArrowDown: "next",
  ArrowUp: "previous",
  ArrowLeft: "column-previous",
  ArrowRight: "column-next",
  Home: "first",
  End: "last",
  PageDown: "page-down",
  PageUp: "page-up",
  Enter: "open",
  Escape: "escape",
  "/": "search",
  "?": "help",
  ",": "settings",
};

/** What a key means in the list, null when nothing. Keys with Ctrl, Alt or Meta belong to the browser. */
export function commandOf(e: Key): Command | null {
  if (e.ctrlKey || e.metaKey || e.altKey) return null;
  const named = byKey[e.key];
  if (named) return named;
  const digit = /^Digit([1-9])$/.exec(e.code);
  if (digit && !e.shiftKey) return { column: Number(digit[1]) - 1 };
  // What types a Latin letter is that letter, on whichever layout; what types another script is taken by its place.
  const letter = /^[a-z]$/i.test(e.key);
  if (!letter && e.code === "Slash") return e.shiftKey ? "help" : "search";
  return e.shiftKey ? null : (byCode[letter ? `Key${e.key.toUpperCase()}` : e.code] ?? null);
}

/** Whether a key press belongs to what has the focus (a field, a list to choose from) and not to the list. */
export function ownsKeys(target: { tagName?: string; isContentEditable?: boolean } | null): boolean {
  return !!target && (target.isContentEditable === true || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName ?? ""));
}
