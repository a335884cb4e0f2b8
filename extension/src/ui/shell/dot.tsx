// How old the data of a platform is: a dot at a glance, words for everybody else.

import { age, freshness, type PlatformView } from "../../model/index.ts";
import type { Words } from "../words.ts";

export function ageWords(platform: PlatformView, now: number, { t, lang }: Words): string {
  return platform.at === null ? t("never") : age((now - platform.at) / platform.speed, lang);
}

/** A platform's state in one line. */
export function stateWords(platform: PlatformView, now: number, words: Words): string {
  const { t, platformName } = words;
  const line = t("stateOf", {
    n: platformName(platform.id),
    state: t(freshness(platform, now)),
    age: ageWords(platform, now, words),
  });
  return platform.reason ? `${line} · ${platform.reason}` : line;
}

export function Dot({ platform, now, words }: { platform: PlatformView; now: number; words: Words }) {
  return <i class={`dot ${freshness(platform, now)}`} role="img" aria-label={stateWords(platform, now, words)} />;
}
