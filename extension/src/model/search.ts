// Search that knows Hangul. Text is compared as the keystrokes that would type it on a Korean keyboard (침 is ㅊㅣㅁ, 과 is
// ㄱㅗㅏ), so that what was typed so far is always a prefix of what will have been typed: 치 finds 침착맨. Words of consonants
// only are looked for among the first keys of the syllables (ㅊㅊㅁ). Without case and spaces. The server searches alike.

import type { Entry } from "./entry.ts";

// The conjoining jamo in Unicode's order, as the keys that type them.
const leads = "ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");
const vowels = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split(" ");
const tails =
  "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");

/** Words of a query beyond this many are dropped: each is looked for in every entry. */
const maxTerms = 16;
const ignored = /[\s\p{Cc}\p{Cf}]/gu;
const hangul = /[\u1100-\u11ff\uac00-\ud7a3]/;

interface Folded {
  /** As keystrokes. */
  keys: string;
  /** As the first key of each syllable. */
  initials: string;
  consonants: boolean;
  syllables: boolean;
}

/** Both searchable forms of a text. */
export function fold(s: string): Folded {
  const plain = s.normalize("NFKC").toUpperCase().toLowerCase().replace(ignored, "");
  if (!hangul.test(plain)) return { keys: plain, initials: plain, consonants: false, syllables: false };
  const out: Folded = { keys: "", initials: "", consonants: false, syllables: false };
  for (const c of plain) {
    const r = c.codePointAt(0) as number;
    const i = r - 0xac00;
    const jamo = leads[r - 0x1100] ?? tails[r - 0x11a8];
    const vowel = vowels[r - 0x1161];
    if (i >= 0 && i < 11172) {
      const lead = leads[Math.floor(i / 588)] as string;
      out.keys += lead + vowels[Math.floor((i % 588) / 28)] + (i % 28 ? tails[(i % 28) - 1] : "");
      out.initials += lead;
      out.syllables = true;
    } else {
      const typed = jamo ?? vowel ?? c;
      out.keys += typed;
      out.initials += typed;
      out.consonants ||= jamo !== undefined;
      out.syllables ||= vowel !== undefined;
    }
  }
  return out;
}

/** The fields that are searched, joined by a character that no query keeps. */
function fields(e: Entry): string[] {
  const c = e.category;
  const all = [e.creator.name, e.title, c?.name ?? "", c?.name_ko ?? ""];
  for (const b of e.broadcasts) all.push(b.channel.name, b.title);
  return [...new Set(all)];
}

/** Entries are immutable, so what was folded once holds; it goes when the entry does. */
const folded = new WeakMap<Entry, [keys: string, initials: string]>();

function searchable(e: Entry): [string, string] {
  let made = folded.get(e);
  if (!made) {
    const all = fields(e).map(fold);
    made = [all.map((f) => f.keys).join("\n"), all.map((f) => f.initials).join("\n")];
    folded.set(e, made);
  }
  return made;
}

/** A test for entries that hold every word of q; undefined when q has nothing to look for. */
export function finder(q: string): ((e: Entry) => boolean) | undefined {
  const terms = q
    .trim()
    .split(/\s+/)
    .slice(0, maxTerms)
    .map(fold)
    .filter((f) => f.keys)
    .map((f) =>
      f.consonants && !f.syllables ? { form: 1 as const, needle: f.initials } : { form: 0 as const, needle: f.keys },
    );
  if (!terms.length) return undefined;
  return (e) => {
    const text = searchable(e);
    return terms.every((t) => text[t.form].includes(t.needle));
  };
}

/** Whether the words of q are all in title, creator, channel or category; an empty q is in everything. */
export function matches(e: Entry, q: string): boolean {
  return finder(q)?.(e) ?? true;
}
