// Times of a Korean day in the language of the page, whichever zone the reader is in.

import type { Lang } from "../i18n/translate.ts";

const zone = "Asia/Seoul";
const made = new Map<string, Intl.DateTimeFormat>();

function format(lang: Lang, options: Intl.DateTimeFormatOptions, at: number): string {
  const key = lang + JSON.stringify(options);
  let f = made.get(key);
  if (!f) {
    f = new Intl.DateTimeFormat(lang, { ...options, timeZone: zone });
    made.set(key, f);
  }
  return f.format(at);
}

/** 21:40 */
export const clock = (at: number, lang: Lang): string =>
  format(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at);

/** 11. 22. · 11/22 */
export const shortDate = (at: number, lang: Lang): string => format(lang, { month: "numeric", day: "numeric" }, at);

/** 11월 22일 (일) · Sun, Nov 22 */
export const longDate = (at: number, lang: Lang): string =>
  format(lang, { month: lang === "ko" ? "long" : "short", day: "numeric", weekday: "short" }, at);

/** 21:40 within a day; with the date when more days are shown. */
export const moment = (at: number, lang: Lang, days: number): string =>
  days > 1 ? `${shortDate(at, lang)} ${clock(at, lang)}` : clock(at, lang);

/** The Korean date before or after another, `2026-11-22`. */
export function shifted(date: string, by: number): string {
  const at = Date.parse(`${date}T00:00:00Z`);
  return new Date(at + by * 86_400_000).toISOString().slice(0, 10);
}
