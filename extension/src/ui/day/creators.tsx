// Who drew the viewers of these days, and what they watched.

import { useState } from "preact/hooks";
import type { Day, DaySort } from "../../model/day.ts";
import { categoryName } from "../../model/index.ts";
import type { Say } from "./say.ts";
import { moment } from "./when.ts";

const sorts = { watched: "byWatched", peak: "byPeak", average: "byAverage", airtime: "byAirtime" } as const;

/** How many are shown before more are asked for. */
const first = 20;

export interface CreatorsProps {
  day: Day;
  say: Say;
  sort: DaySort;
  onSort: (sort: DaySort) => void;
  onCurve: (entry: string, name: string) => void;
}

export function Creators({ day, say, sort, onSort, onCurve }: CreatorsProps) {
  const { t, lang, number, hours, duration, platformName } = say;
  const [all, setAll] = useState(false);
  const rows = all ? day.creators : day.creators.slice(0, first);
  const head = (by: DaySort, text: string) => (
    <th scope="col" class={by} aria-sort={sort === by ? "descending" : undefined}>
      {text}
    </th>
  );
  return (
    <section aria-labelledby="day-creators">
      <header>
        <h3 id="day-creators">{t("creators")}</h3>
        <select
          class="chip"
          aria-label={t("sort")}
          value={sort}
          onChange={(e) => onSort(e.currentTarget.value as DaySort)}
        >
          {(Object.keys(sorts) as DaySort[]).map((s) => (
            <option key={s} value={s}>
              {t(sorts[s])}
            </option>
          ))}
        </select>
      </header>
      <table class="creators">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("place")}</span>
            </th>
            <th scope="col">{t("name")}</th>
            {head("peak", t("peak"))}
            {head("average", t("average"))}
            {head("watched", t("watched"))}
            {head("airtime", t("airtime"))}
          </tr>
        </thead>
        <tbody>
          {rows.map((c, i) => (
            <tr key={c.id}>
              <td>{i + 1}</td>
              <th scope="row">
                <div class="who">
                  {c.entry ? (
                    <button
                      type="button"
                      title={t("curveOf", c.name)}
                      aria-haspopup="dialog"
                      onClick={() => onCurve(c.entry, c.name)}
                    >
                      {c.name}
                    </button>
                  ) : (
                    <span>{c.name}</span>
                  )}
                  {c.platforms.map((p) => (
                    <i key={p} class={`g g-${p}`} role="img" aria-label={platformName(p)} title={platformName(p)} />
                  ))}
                  {c.live && <em>{t("live")}</em>}
                </div>
                <small class="rest" aria-hidden="true">
                  {t("average")} {number(c.average)} · {t("airtime")} {duration(c.minutes)}
                </small>
              </th>
              <td class="peak">
                {number(c.peak?.viewers ?? null)}
                {c.peak && <small>{moment(c.peak.at, lang, day.days)}</small>}
              </td>
              <td class="average">{number(c.average)}</td>
              <td class="watched">{hours(c.hours)}</td>
              <td class="airtime">{duration(c.minutes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && day.creators.length > first && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          {t("more", day.creators.length - first)}
        </button>
      )}
    </section>
  );
}

export function Categories({ day, say }: { day: Day; say: Say }) {
  const { t, lang, hours } = say;
  const most = Math.max(1, ...day.categories.map((c) => c.hours));
  return (
    <section aria-labelledby="day-categories">
      <header>
        <h3 id="day-categories">{t("categories")}</h3>
      </header>
      <ol class="bars">
        {day.categories.slice(0, 12).map((c) => (
          <li key={c.id}>
            <span>{categoryName(c, lang)}</span>
            <b>{hours(c.hours)}</b>
            <i style={{ width: `${(c.hours / most) * 100}%` }} />
          </li>
        ))}
      </ol>
    </section>
  );
}
