// Figures and moments in words, for every part of the page.

import { useMemo } from "preact/hooks";
import { compact } from "../../model/index.ts";
import { type Lang, type Translate, translator } from "../i18n/translate.ts";
import type { Words } from "../words.ts";
import { dayWords } from "./words.ts";

export interface Say {
  readonly t: Translate<keyof typeof dayWords.ko>;
  readonly lang: Lang;
  readonly platformName: (id: string) => string;
  /** 1.2만 · 12K; a dash for what is not known. */
  readonly number: (n: number | null) => string;
  /** 5만시간 · 50K h */
  readonly hours: (n: number) => string;
  /** 6시간 10분 · 6 h 10 min */
  readonly duration: (minutes: number) => string;
}

export function say({ lang, platformName }: Pick<Words, "lang" | "platformName">): Say {
  const t = translator<keyof typeof dayWords.ko>(dayWords[lang], lang);
  const number = (n: number | null) => (n === null ? "–" : compact(n, lang));
  return {
    t,
    lang,
    platformName,
    number,
    hours: (n) => t("hours", number(n)),
    duration(minutes) {
      const h = Math.floor(minutes / 60);
      const m = minutes % 60;
      if (!h) return t("minutes", { m });
      return m ? t("duration", { h, m }) : t("hours", h);
    },
  };
}

export function useSay(words: Words): Say {
  return useMemo(() => say(words), [words]);
}
