// The chips: platforms with the state of their data, marks, language, sort, and the categories with most viewers. Counts say how many
// entries there would be with a chip pressed, over the whole set.

import {
  type Counts,
  categoryName,
  type Filter,
  isDefault,
  type PlatformView,
  type SortKey,
  type State,
} from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import { named, type Words } from "../words.ts";
import { Dot, stateWords } from "./dot.tsx";

/** Categories on chips; the rest are in the dialog. */
const shownCategories = 8;

/** Sorts, with a minus when reversed; also the keys of their names, where the plus keeps the sort apart from the mark. */
const sorts = ["viewers", "rising+", "started", "started-", "viewers-", "name", "category"] as const;

const toggled = (list: readonly string[], value: string): string[] =>
  list.includes(value) ? list.filter((v) => v !== value) : [...list, value];

export interface ChipsProps {
  words: Words;
  state: State;
  counts: Counts;
  onFilter: (patch: Partial<Filter>) => void;
  onReset: () => void;
  onMore: () => void;
}

export function Chips({ words, state, counts, onFilter, onReset, onMore }: ChipsProps) {
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
  const langs = [...new Set(["ko", ...Object.keys(counts.langs)])].filter(Boolean);
  return (
    <nav class="chips" aria-label={t("filters")}>
      {platforms
        .filter((p) => p.state !== "off" || p.broadcasts > 0)
        .map((p) =>
          chip(
            p.id,
            platformName(p.id),
            counts.platforms[p.id] ?? 0,
            filter.platforms.includes(p.id),
            () => onFilter({ platforms: toggled(filter.platforms, p.id) }),
            p,
          ),
        )}
      <span class="split" />
      {(["new", "rising", "hot", "noOfficial"] as const).map((k) =>
        chip(k, t(k), k === "noOfficial" ? null : counts[k], filter[k], () => onFilter({ [k]: !filter[k] })),
      )}
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
            {languageName(code, words)} {digits.format(counts.langs[code] ?? 0)}
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
        {sorts.map((key) => (
          <option key={key} value={key.replace("+", "")}>
            {t(key)}
          </option>
        ))}
      </select>
      <button
        class={filter.min !== null || filter.max !== null ? "chip on" : "chip"}
        {...named(t("more"))}
        onClick={onMore}
      >
        <Icon name="funnel" />
        {(filter.min !== null || filter.max !== null) &&
          `${filter.min === null ? "" : digits.format(filter.min)}–${filter.max === null ? "" : digits.format(filter.max)}`}
      </button>
      {!isDefault(filter) && (
        <button class="chip clear" onClick={onReset}>
          {t("clearFilters")}
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
