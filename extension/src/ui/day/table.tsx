// The same numbers as the chart, as a table: for everyone who reads better than they see. Made when it is opened.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Day } from "../../model/day.ts";
import type { Say } from "./say.ts";
import { moment } from "./when.ts";

/** Steps from one row to the next, so that a table stays one that is read: 10 minutes of a day, an hour of a week, six of a month. */
const every = (days: number): number => (days > 7 ? 36 : days > 1 ? 6 : 1);

/** Opens and closes; what is inside is made when it is first seen. */
export function Fold({ title, children }: { title: string; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="fold" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{title}</summary>
      {open && children()}
    </details>
  );
}

/** The places of the rows. */
export function rowPlaces(steps: number, days: number): number[] {
  const by = every(days);
  return Array.from({ length: Math.ceil(steps / by) }, (_, i) => i * by);
}

export function StepTable({ day, say }: { day: Day; say: Say }) {
  const { t, lang, platformName, duration } = say;
  const digits = new Intl.NumberFormat(lang);
  const cell = (n: number | null | undefined) => (n === null || n === undefined ? t("unknown") : digits.format(n));
  const note = t("tableNote", duration((every(day.days) * day.step) / 60_000));
  return (
    <div class="scroll-box" role="region" aria-label={t("chart")} tabIndex={0}>
      <table>
        <caption>{note}</caption>
        <thead>
          <tr>
            <th scope="col">{t("time")}</th>
            <th scope="col">{t("whole")}</th>
            {day.platforms.map((p) => (
              <th key={p.id} scope="col">
                {platformName(p.id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowPlaces(day.total.viewers.length, day.days).map((i) => (
            <tr key={i}>
              <th scope="row">{moment(day.since + i * day.step, lang, day.days)}</th>
              <td>{cell(day.total.viewers[i])}</td>
              {day.platforms.map((p) => (
                <td key={p.id}>{cell(p.viewers[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
