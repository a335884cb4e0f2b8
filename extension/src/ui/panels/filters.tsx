import { useState } from "preact/hooks";
import { categoryName, compact, type Filter } from "../../model/index.ts";
import { languageName } from "../shell/chips.tsx";
import { Block, NumberField } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

/** Categories beyond these are found by typing. */
const shown = 60;

const toggled = (list: readonly string[], v: string) => (list.includes(v) ? list.filter((o) => o !== v) : [...list, v]);

/** Every filter at once, with all categories and languages. */
export function FiltersPanel({ t, store, state, words }: PanelProps) {
  const { filter, platforms } = state;
  const { lang, platformName } = words;
  const [typed, setTyped] = useState("");
  const counts = store.counts();
  const put = (patch: Partial<Filter>) => store.setFilter(patch);
  const chip = (key: string, label: string, count: number, on: boolean, press: () => void) => (
    <button key={key} type="button" class="chip" aria-pressed={on} onClick={press}>
      {label} <b>{compact(count, lang)}</b>
    </button>
  );
  const wanted = typed.trim().toLowerCase();
  const categories = counts.categories.filter(
    (c) => filter.categories.includes(c.id) || !wanted || `${c.name}\n${c.name_ko}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <Block title={t("range")}>
        <div class="line-of">
          <NumberField
            label={t("min")}
            empty={t("min")}
            value={filter.min}
            max={20_000_000}
            step={100}
            onChange={(min) => put({ min })}
          />
          –
          <NumberField
            label={t("max")}
            empty={t("max")}
            value={filter.max}
            max={20_000_000}
            step={100}
            onChange={(max) => put({ max })}
          />
        </div>
      </Block>
      <Block title={t("marks")}>
        <div class="picks">
          {chip("new", t("new"), counts.new, filter.new, () => put({ new: !filter.new }))}
          {chip("rising", t("rising"), counts.rising, filter.rising, () => put({ rising: !filter.rising }))}
          {chip("hot", t("hot"), counts.hot, filter.hot, () => put({ hot: !filter.hot }))}
          {chip("official", t("noOfficial"), counts.unofficial, filter.noOfficial, () =>
            put({ noOfficial: !filter.noOfficial }),
          )}
        </div>
      </Block>
      <Block title={t("platforms")}>
        <div class="picks">
          {platforms.map((p) =>
            chip(p.id, platformName(p.id), counts.platforms[p.id] ?? 0, filter.platforms.includes(p.id), () =>
              put({ platforms: toggled(filter.platforms, p.id) }),
            ),
          )}
        </div>
      </Block>
      <Block title={t("langs")}>
        <div class="picks">
          {Object.entries(counts.langs).map(([code, n]) =>
            chip(code, languageName(code, words), n, filter.langs.includes(code), () =>
              put({ langs: toggled(filter.langs, code) }),
            ),
          )}
        </div>
      </Block>
      <Block title={t("category")}>
        <input
          class="field"
          type="search"
          value={typed}
          placeholder={t("find")}
          aria-label={t("find")}
          onInput={(e) => setTyped(e.currentTarget.value)}
        />
        <div class="picks">
          {categories
            .slice(0, shown)
            .map((c) =>
              chip(c.id, categoryName(c, lang), c.entries, filter.categories.includes(c.id), () =>
                put({ categories: toggled(filter.categories, c.id) }),
              ),
            )}
        </div>
      </Block>
      <div>
        <button type="button" class="button" onClick={() => store.resetFilter()}>
          {t("clearFilters")}
        </button>
      </div>
    </>
  );
}
