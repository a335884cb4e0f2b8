// The words of the page: what every component needs to say something.

import type { PlatformView } from "../model/index.ts";
import type { words } from "./i18n/ko.ts";
import { type Lang, type Translate, translator } from "./i18n/translate.ts";

type Catalogue = Readonly<Record<keyof typeof words, string>>;

/** The name of a thing that shows none: for screen readers, and for the pointer that rests on it. */
export const named = (name: string) => ({ "aria-label": name, title: name });

export interface Words {
  readonly lang: Lang;
  readonly t: Translate<keyof typeof words>;
  /** A platform's name in the language of the page, its id while nothing is known of it. */
  readonly platformName: (id: string) => string;
}

const loaded: { [L in Lang]?: Catalogue } = {};

/** Loads the words of a language; only the one in use is. */
export async function loadWords(lang: Lang): Promise<void> {
  loaded[lang] ??= (await (lang === "ko" ? import("./i18n/ko.ts") : import("./i18n/en.ts"))).words;
}

/** The words of a language once it is loaded, with the platforms' names. */
export function wordsOf(lang: Lang, platforms: readonly PlatformView[]): Words | undefined {
  const catalogue = loaded[lang];
  if (!catalogue) return undefined;
  const names = new Map(platforms.map((p) => [p.id, lang === "ko" ? p.name_ko : p.name]));
  return { lang, t: translator(catalogue, lang), platformName: (id) => names.get(id) ?? id };
}
