// Viewers over the day: one area a platform, on top of each other, with the peak marked and hatching where nothing is known.

import type { Day } from "../../model/day.ts";
import { Frame } from "./frame.tsx";
import type { Say } from "./say.ts";
import { areaPath, gaps, stack, top } from "./stack.ts";
import { moment } from "./when.ts";

export interface AreasProps {
  day: Day;
  say: Say;
  /** Platforms that were taken out of the chart. */
  without: readonly string[];
  narrow: boolean;
}

/** Keys that move by more move an hour within a day, else a quarter of one. */
const pageOf = (days: number) => (days > 1 ? 36 : 6);

export function Areas({ day, say, without, narrow }: AreasProps) {
  const { t, lang, number, platformName } = say;
  const { since, until, asOf, step, total, days } = day;
  // The first platform is the topmost area, as in the list beside it.
  const shown = day.platforms.filter((p) => !without.includes(p.id)).reverse();
  const steps = Math.max(total.viewers.length, ...day.platforms.map((p) => p.viewers.length));
  const stacks = stack(
    shown.map((p) => p.viewers),
    steps,
  );
  const heights = stacks.map(top);
  // The peak is of the minute, the areas of ten: it may lie above them.
  const only = shown.length === 1 ? shown[0]?.peak : undefined;
  const peak = shown.length === day.platforms.length ? total.peak : only;
  const most = Math.max(peak?.viewers ?? 0, ...heights.map((h) => h ?? 0));
  const beginning = (place: number) => since + place * step;
  const end = (place: number) => Math.min(beginning(place), Math.max(asOf, since + step));
  const sum = (place: number) =>
    shown.length === day.platforms.length ? (total.viewers[place] ?? heights[place] ?? null) : (heights[place] ?? null);
  const told = (n: number | null | undefined) => (n === null || n === undefined ? t("unknown") : number(n));
  return (
    <Frame
      say={say}
      label={t("chart")}
      since={since}
      until={until}
      most={most}
      height={narrow ? 240 : 320}
      moments={Array.from({ length: steps }, (_, i) => (beginning(i) + end(i + 1)) / 2)}
      page={pageOf(days)}
      tell={(i) =>
        t("atTime", {
          at: moment(beginning(i), lang, days),
          all: `${t("whole")} ${told(sum(i))}`,
          each: day.platforms
            .filter((p) => shown.includes(p))
            .map((p) => `${platformName(p.id)} ${told(p.viewers[i])}`)
            .join(", "),
        })
      }
      show={(i) => (
        <>
          <p>
            {moment(beginning(i), lang, days)} <b>{told(sum(i))}</b>
          </p>
          {[...shown].reverse().map((p) => (
            <p key={p.id}>
              <i class={`p-${p.id} swatch`} />
              {platformName(p.id)} <b>{told(p.viewers[i])}</b>
            </p>
          ))}
        </>
      )}
      draw={(s, cursor) => {
        const x = (place: number) => s.x(place >= steps ? end(place) : since + place * step);
        const px = peak ? s.x(peak.at) : 0;
        return (
          <>
            <defs>
              <pattern id="day-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line x1="0" y1="0" x2="0" y2="6" class="hatch" />
              </pattern>
            </defs>
            {gaps(stacks).map((g) => (
              <rect
                key={g.from}
                class="gap"
                x={x(g.from)}
                y={s.top}
                width={Math.max(1, x(g.to) - x(g.from))}
                height={s.bottom - s.top}
                fill="url(#day-gap)"
              />
            ))}
            {shown.map((p, layer) => (
              <path key={p.id} class={`area p-${p.id}`} d={areaPath(stacks, layer, x, s.y)} />
            ))}
            {!day.over && asOf < until && (
              <line class="rule now-edge" x1={s.x(asOf)} x2={s.x(asOf)} y1={s.top} y2={s.bottom} />
            )}
            {peak && (
              <g class="peak" opacity={cursor === null ? 1 : 0.35}>
                <circle cx={px} cy={s.y(peak.viewers)} r="4" />
                <text
                  x={Math.min(Math.max(px, s.left + 2), s.right - 2)}
                  y={s.y(peak.viewers) - 9}
                  text-anchor={px > s.right - 80 ? "end" : px < s.left + 80 ? "start" : "middle"}
                >
                  {t("peakAt", { n: number(peak.viewers), at: moment(peak.at, lang, days) })}
                </text>
              </g>
            )}
          </>
        );
      }}
    />
  );
}
