// The curve of one entry over the days that are looked at: a line for each broadcast, in its platform's colour. A dialog over the page.

import { useEffect, useMemo, useRef } from "preact/hooks";
import { askCurves, type Curve, type Day } from "../../model/day.ts";
import { Icon } from "../icons.tsx";
import { useAnswer } from "./answer.ts";
import { nearest } from "./cursor.ts";
import { Frame } from "./frame.tsx";
import type { Say } from "./say.ts";
import { linePath } from "./stack.ts";
import { Fold } from "./table.tsx";
import { moment } from "./when.ts";

/** As the server counts: a number holds for so long, and after that nothing is known. */
export const holds = 20 * 60_000;

/** The curves cut to a span; those with nothing in it are left out. */
export function cut(curves: readonly Curve[], since: number, until: number): Curve[] {
  return curves
    .map((c) => ({ ...c, points: c.points.filter((p) => p.at >= since && p.at < until) }))
    .filter((c) => c.points.length);
}

/** What a curve last showed at a time; null where that is older than it holds. */
export function valueAt(c: Curve, time: number): number | null {
  const times = c.points.map((p) => p.at);
  let i = nearest(times, time);
  if (i !== null && (times[i] as number) > time) i--;
  const p = i === null ? undefined : c.points[i];
  return p && time - p.at <= holds ? p.viewers : null;
}

export interface CurveProps {
  entry: string;
  name: string;
  day: Day;
  say: Say;
  server: string;
  get: typeof fetch;
  narrow: boolean;
  onClose: () => void;
}

export function CurveDialog({ entry, name, day, say, server, get, narrow, onClose }: CurveProps) {
  const { t, lang, number, platformName } = say;
  const dialog = useRef<HTMLDialogElement>(null);
  const { value, trouble, again } = useAnswer(
    `${server} ${entry}`,
    (signal) => askCurves(get, server, entry, signal),
    0,
  );
  useEffect(() => dialog.current?.showModal(), []);
  const { days } = day;
  const curves = useMemo(() => (value ? cut(value, day.since, day.until) : []), [value, day.since, day.until]);
  const points = useMemo(
    () =>
      curves
        .flatMap((c) => c.points.map((p) => ({ ...p, platform: c.platform })))
        .sort((a, b) => a.at - b.at || (a.platform < b.platform ? -1 : 1)),
    [curves],
  );
  const moments = useMemo(() => [...new Set(points.map((p) => p.at))], [points]);
  // A quarter of an hour to each side of what there is: a stream of two hours fills the chart.
  const since = Math.max(day.since, (moments[0] ?? day.since) - 900_000);
  const until = Math.min(day.until, (moments.at(-1) ?? day.until) + 900_000);
  const best = points.reduce<(typeof points)[number] | null>((m, p) => (m && m.peak >= p.peak ? m : p), null);
  const at = (i: number) =>
    curves.flatMap((c) => {
      const v = valueAt(c, moments[i] as number);
      return v === null ? [] : [{ platform: c.platform, id: c.id, v }];
    });
  return (
    <dialog
      ref={dialog}
      class="curve"
      aria-labelledby="curve-title"
      onClose={(e) => {
        e.stopPropagation();
        onClose();
      }}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h2 id="curve-title">{t("curveOf", name)}</h2>
        <button type="button" class="icon" aria-label={t("close")} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      {!value && !trouble && <div class="ghost" role="status" aria-label={t("loading")} />}
      {!value && trouble && (
        <div class="state" role="alert">
          <p>{t(trouble === "absent" ? "noCurve" : trouble)}</p>
          {trouble !== "absent" && (
            <button type="button" class="chip" onClick={again}>
              {t("retry")}
            </button>
          )}
        </div>
      )}
      {value && !points.length && (
        <div class="state" role="status">
          <p>{t("noCurve")}</p>
        </div>
      )}
      {points.length > 0 && (
        <>
          <Frame
            say={say}
            label={t("curveOf", name)}
            since={since}
            until={until}
            most={best?.peak ?? 0}
            height={narrow ? 220 : 280}
            moments={moments}
            page={Math.max(6, Math.round(moments.length / 24))}
            tell={(i) =>
              `${moment(moments[i] as number, lang, days)}: ${at(i)
                .map((c) => `${platformName(c.platform)} ${number(c.v)}`)
                .join(", ")}`
            }
            show={(i) => (
              <>
                <p>{moment(moments[i] as number, lang, days)}</p>
                {at(i).map((c) => (
                  <p key={c.id}>
                    <i class={`p-${c.platform} swatch`} />
                    {platformName(c.platform)} <b>{number(c.v)}</b>
                  </p>
                ))}
              </>
            )}
            draw={(s, cursor) => (
              <>
                {curves.map((c) => (
                  <path key={c.id} class={`line p-${c.platform}`} d={linePath(c.points, holds, s.x, s.y)} />
                ))}
                {best && (
                  <g class="peak" opacity={cursor === null ? 1 : 0.35}>
                    <circle cx={s.x(best.at)} cy={s.y(best.peak)} r="4" />
                    <text
                      x={s.x(best.at)}
                      y={s.y(best.peak) - 9}
                      text-anchor={
                        s.x(best.at) > s.right - 80 ? "end" : s.x(best.at) < s.left + 80 ? "start" : "middle"
                      }
                    >
                      {t("peakAt", { n: number(best.peak), at: moment(best.at, lang, days) })}
                    </text>
                  </g>
                )}
              </>
            )}
          />
          <p class="keys-of">
            {[...new Set(curves.map((c) => c.platform))].map((p) => (
              <span key={p}>
                <i class={`p-${p} swatch`} />
                {platformName(p)}
              </span>
            ))}
          </p>
          <Fold title={t("table")}>
            {() => (
              <div class="scroll-box" role="region" aria-label={t("curveOf", name)} tabIndex={0}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t("time")}</th>
                      <th scope="col">{t("platforms")}</th>
                      <th scope="col">{t("viewers")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {points.map((p, i) => (
                      <tr key={i}>
                        <th scope="row">{moment(p.at, lang, days)}</th>
                        <td>{platformName(p.platform)}</td>
                        <td>{p.viewers.toLocaleString(lang)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Fold>
        </>
      )}
    </dialog>
  );
}
