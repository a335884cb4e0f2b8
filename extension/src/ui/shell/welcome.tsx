// The first run: one line above the list, which is already there. Nothing has to be answered.

import type { Prefs } from "../../model/index.ts";
import type { Words } from "../words.ts";
import { seldomWords } from "./words.ts";

export function Welcome({
  words,
  prefs,
  onPrefs,
}: {
  words: Words;
  prefs: Prefs;
  onPrefs: (patch: Partial<Prefs>) => void;
}) {
  const t = seldomWords(words);
  return (
    <section class="notice welcome" aria-label={t("welcomeTitle")}>
      <p>
        <b>{t("welcomeTitle")}</b> {t("welcome")}
      </p>
      <select
        class="chip"
        aria-label={t("theme")}
        value={prefs.theme}
        onChange={(e) => onPrefs({ theme: e.currentTarget.value as Prefs["theme"] })}
      >
        {(["system", "dark", "light"] as const).map((v) => (
          <option key={v} value={v}>
            {t(v)}
          </option>
        ))}
      </select>
      <select
        class="chip"
        aria-label={t("density")}
        value={prefs.density}
        onChange={(e) => onPrefs({ density: e.currentTarget.value as Prefs["density"] })}
      >
        {(["comfortable", "compact", "text"] as const).map((v) => (
          <option key={v} value={v}>
            {t(v)}
          </option>
        ))}
      </select>
      <button type="button" class="button main" onClick={() => onPrefs({ onboarded: true })}>
        {t("done")}
      </button>
    </section>
  );
}
