// The chips: platforms with the state of their data, marks, language, sort, and the categories with most viewers. Counts say how many
// entries there would be with a chip pressed, over the whole set.

import {
  type Counts,
  categoryName,
  defaultFilter,
  type Filter,
  isDefault,
  type PlatformView,
  type SortKey,
  type State,
} from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import type { Words } from "../words.ts";
import { Dot, stateWords } from "./dot.tsx";

/** Categories on chips; the rest are in the dialog. */
const shownCategories = 8;

const sorts: [
  label: "viewers" | "viewersReverse" | "risingSort" | "started" | "startedReverse" | "name" | "category",
  SortKey,
  boolean,
][] = [
  ["viewers", "viewers", false],
  ["risingSort", "rising", false],
  ["started", "started", false],
  ["startedReverse", "started", true],
  ["viewersReverse", "viewers", true],
  ["name", "name", false],
  ["category", "category", false],
];

const toggled = (list: readonly string[], value: string): string[] =>
  list.includes(value) ? list.filter((v) => v !== value) : [...list, value];

export interface ChipsProps {
  words: Words;
  state: State;
  counts: Counts;
  onFilter: (patch: Partial<Filter>) => void;
  onMore: () => void;
}

export function Chips({ words, state, counts, onFilter, onMore }: ChipsProps) {
  const { filter, platforms, now } = state;
  const { t, lang, platformName } = words;
  const digits = new Intl.NumberFormat(lang);
  const chip = (
    key: string,
    label: string,
    count: number | null,
    on: boolean,
    press: () => void,
    platform?: PlatformView,
  ) => (
    <button
      key={key}
      type="button"
      class="chip"
      aria-pressed={on}
      title={platform && stateWords(platform, now, words)}
      onClick={press}
    >
      {platform && <Dot platform={platform} now={now} words={words} />}
      {label}
      {count !== null && <b>{digits.format(count)}</b>}
    </button>
  );
  const top = counts.categories.slice(0, shownCategories);
  const chosen = filter.categories.filter((id) => !top.some((c) => c.id === id));
  const names = new Map(counts.categories.map((c) => [c.id, categoryName(c, lang)]));
  const langOne = filter.langs.length === 1 ? (filter.langs[0] as string) : filter.langs.length ? "+" : "*";
  const langs = [...new Set(["ko", ...counts.langs.keys()])].filter(Boolean);
  return (
    <nav class="chips" aria-label={t("filters")}>
      {platforms
        .filter((p) => p.state !== "off" || p.broadcasts > 0)
        .map((p) =>
          chip(
            p.id,
            platformName(p.id),
            counts.platforms.get(p.id) ?? 0,
            filter.platforms.includes(p.id),
            () => onFilter({ platforms: toggled(filter.platforms, p.id) }),
            p,
          ),
        )}
      <span class="split" />
      {chip("new", t("new"), counts.new, filter.new, () => onFilter({ new: !filter.new }))}
      {chip("rising", t("rising"), counts.rising, filter.rising, () => onFilter({ rising: !filter.rising }))}
      {chip("hot", t("hot"), counts.hot, filter.hot, () => onFilter({ hot: !filter.hot }))}
      {chip("off", t("noOfficial"), null, filter.noOfficial, () => onFilter({ noOfficial: !filter.noOfficial }))}
      <select
        class={filter.langs.length === 1 && langOne === "ko" ? "chip" : "chip on"}
        aria-label={t("lang")}
        value={langOne}
        onChange={(e) => {
          const v = e.currentTarget.value;
          if (v === "+") onMore();
          else onFilter({ langs: v === "*" ? [] : [v] });
        }}
      >
        {langs.map((code) => (
          <option key={code} value={code}>
            {languageName(code, words)} {digits.format(counts.langs.get(code) ?? 0)}
          </option>
        ))}
        {langOne === "" && <option value="">{t("unknown")}</option>}
        {langOne === "+" && <option value="+">{filter.langs.map((c) => languageName(c, words)).join(", ")}</option>}
        <option value="*">{t("anyLang")}</option>
      </select>
      <select
        class={filter.sort === "viewers" && !filter.reverse ? "chip" : "chip on"}
        aria-label={t("sort")}
        value={`${filter.sort}${filter.reverse ? "-" : ""}`}
        onChange={(e) => {
          const [sort, reverse] = e.currentTarget.value.split("-");
          onFilter({ sort: sort as SortKey, reverse: reverse !== undefined });
        }}
      >
        {sorts.map(([label, key, reverse]) => (
          <option key={label} value={`${key}${reverse ? "-" : ""}`}>
            {t(label)}
          </option>
        ))}
      </select>
      <button
        type="button"
        class={filter.min !== null || filter.max !== null ? "chip on" : "chip"}
        title={t("more")}
        aria-label={t("more")}
        onClick={onMore}
      >
        <Icon name="funnel" />
        {(filter.min !== null || filter.max !== null) &&
          `${filter.min === null ? "" : digits.format(filter.min)}–${filter.max === null ? "" : digits.format(filter.max)}`}
      </button>
      {!isDefault(filter) && (
        <button
          type="button"
          class="chip clear"
          onClick={() => onFilter({ ...defaultFilter, sort: filter.sort, reverse: filter.reverse })}
        >
          {t("resetFilter")}
        </button>
      )}
      <span class="split" />
      {chosen.map((id) =>
        chip(id, names.get(id) ?? id, null, true, () => onFilter({ categories: toggled(filter.categories, id) })),
      )}
      {top.map((c) =>
        chip(c.id, categoryName(c, lang), c.entries, filter.categories.includes(c.id), () =>
          onFilter({ categories: toggled(filter.categories, c.id) }),
        ),
      )}
    </nav>
  );
}

/** A language's name in the language of the page. */
export function languageName(code: string, { t, lang }: Words): string {
  if (code === "" || code === "other") return t(code || "unknown");
  return new Intl.DisplayNames(lang, { type: "language", fallback: "code" }).of(code) ?? code;
}
