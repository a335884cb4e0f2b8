// The totals: of the whole as large figures, of each platform as rows that also take it out of the chart.

import type { Day } from "../../model/day.ts";
import type { Say } from "./say.ts";
import { moment } from "./when.ts";

export function Figures({ day, say }: { day: Day; say: Say }) {
  const { t, lang, number, hours } = say;
  const { total } = day;
  return (
    <dl class="figures">
      <div>
        <dt>{t("peak")}</dt>
        <dd>
          {number(total.peak?.viewers ?? null)}
          {total.peak && <small>{moment(total.peak.at, lang, day.days)}</small>}
        </dd>
      </div>
      <div>
        <dt>{t("average")}</dt>
        <dd>{number(total.average)}</dd>
      </div>
      <div>
        <dt>{t("watched")}</dt>
        <dd>{hours(total.hours)}</dd>
      </div>
      <div>
        <dt>{t("broadcasts")}</dt>
        <dd>{t("count", number(total.broadcasts))}</dd>
      </div>
    </dl>
  );
}

export interface PlatformsProps {
  day: Day;
  say: Say;
  without: readonly string[];
  onToggle: (id: string) => void;
}

export function Platforms({ day, say, without, onToggle }: PlatformsProps) {
  const { t, lang, number, hours, platformName } = say;
  return (
    <table class="by-platform" title={t("platformsHint")}>
      <thead>
        <tr>
          <th scope="col">{t("platforms")}</th>
          <th scope="col">{t("peak")}</th>
          <th scope="col">{t("average")}</th>
          <th scope="col">{t("watched")}</th>
        </tr>
      </thead>
      <tbody>
        {day.platforms.map((p) => (
          <tr key={p.id}>
            <th scope="row">
              <button type="button" aria-pressed={!without.includes(p.id)} onClick={() => onToggle(p.id)}>
                <i class={`p-${p.id} swatch`} />
                {platformName(p.id)}
              </button>
            </th>
            <td>
              {number(p.peak?.viewers ?? null)}
              {p.peak && <small>{moment(p.peak.at, lang, day.days)}</small>}
            </td>
            <td>{number(p.average)}</td>
            <td>{p.hours || p.peak ? hours(p.hours) : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
