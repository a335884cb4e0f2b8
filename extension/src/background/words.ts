// What alerts say.

import type { Missed } from "../model/state.ts";

const words = {
  ko: {
    favourite: "방송을 시작했습니다",
    category: "관심 카테고리 방송",
    over: "시청자 {n}명을 넘었습니다",
    hot: "평소보다 훨씬 많이 보고 있습니다",
    many: "방송 {n}개",
  },
  en: {
    favourite: "is live",
    category: "in a category you follow",
    over: "passed {n} viewers",
    hot: "far more viewers than usual",
    many: "{n} streams",
  },
} as const;

export type Language = keyof typeof words;

/** The reader's choice, or the browser's language. */
export function languageOf(chosen: string, browser: string): Language {
  const lang = chosen === "system" ? browser.slice(0, 2) : chosen;
  return lang === "ko" ? "ko" : "en";
}

/** Above this many the alerts of one look become one. */
const single = 3;

export interface Note {
  /** The address that a click opens; "" is the list. */
  readonly url: string;
  readonly title: string;
  readonly message: string;
}

/** The notifications of one look. platform gives a platform's name. */
export function notes(show: readonly Missed[], over: number, lang: Language, platform: (id: string) => string): Note[] {
  const say = words[lang];
  const number = (n: number) => n.toLocaleString(lang);
  if (show.length > single)
    return [
      { url: "", title: say.many.replace("{n}", number(show.length)), message: show.map((m) => m.name).join(", ") },
    ];
  return show.map((m) => ({
    url: m.url,
    title: `${m.name} · ${platform(m.platform)}`,
    message: `${say[m.why].replace("{n}", number(over))}\n${m.title}`,
  }));
}
