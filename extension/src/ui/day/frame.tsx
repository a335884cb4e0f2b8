// The frame of a chart: axes, marks, and a cursor that keys and pointer move along time. What is inside is drawn by who uses it.
// For those who do not see it, it is a slider whose value is a moment, told in words.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { moved, nearest } from "./cursor.ts";
import type { Say } from "./say.ts";
import { isMidnight, timeTicks, valueTicks } from "./ticks.ts";
import { clock, shortDate } from "./when.ts";

/** Where things are, in px. */
export interface Scale {
  readonly x: (at: number) => number;
  readonly y: (viewers: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface FrameProps {
  say: Say;
  label: string;
  since: number;
  until: number;
  /** The most viewers that have to fit. */
  most: number;
  height: number;
  /** The moments that the cursor can stand at, in order. */
  moments: readonly number[];
  /** Places that Page up and Page down move by. */
  page: number;
  /** What is so at a moment: in words, and in short to show beside the cursor. */
  tell: (place: number) => string;
  show: (place: number) => ComponentChildren;
  draw: (scale: Scale, cursor: number | null) => ComponentChildren;
}

const top = 26;
const foot = 22;

export function Frame({ say, label, since, until, most, height, moments, page, tell, show, draw }: FrameProps) {
  const { lang, number, t } = say;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [place, setPlace] = useState<number | null>(null);
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    setWidth(element.clientWidth);
    return () => watcher.disconnect();
  }, []);

  const ticks = valueTicks(most, height > 220 ? 5 : 3);
  const highest = ticks.at(-1) as number;
  const left = Math.max(...ticks.map((v) => number(v).length)) * 7 + 12;
  const right = width - 10;
  const bottom = height - foot;
  const scale: Scale = {
    x: (at) => left + ((at - since) / (until - since)) * (right - left),
    y: (v) => bottom - (v / highest) * (bottom - top),
    left,
    right,
    top,
    bottom,
  };
  const cursor = place !== null && place < moments.length ? place : null;
  const at = cursor === null ? null : (moments[cursor] as number);
  const long = until - since > 36 * 3_600_000;
  const marks = timeTicks(since, until, right - left, 58);

  const point = (e: PointerEvent) => {
    const x = e.clientX - (box.current as HTMLDivElement).getBoundingClientRect().left;
    setPlace(nearest(moments, since + ((x - left) / (right - left)) * (until - since)));
  };
  return (
    <div
      ref={box}
      class="chart"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, moments.length - 1)}
      aria-valuenow={cursor ?? Math.max(0, moments.length - 1)}
      aria-valuetext={cursor === null ? t("chartHint") : tell(cursor)}
      style={{ height: `${height}px` }}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={(e) => e.pointerType === "mouse" && setPlace(null)}
      onBlur={() => setPlace(null)}
      onKeyDown={(e) => {
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        const next = moved(e.key, cursor, { length: moments.length, page });
        if (next === undefined) return;
        e.preventDefault(); // Esc takes the cursor away first, and closes the page only then
        e.stopPropagation();
        setPlace(next);
      }}
    >
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true">
          {ticks.map((v) => (
            <g key={v}>
              <line class="rule" x1={left} x2={right} y1={scale.y(v)} y2={scale.y(v)} />
              <text x={left - 6} y={scale.y(v) + 4} text-anchor="end">
                {number(v)}
              </text>
            </g>
          ))}
          {draw(scale, cursor)}
          {marks.map((m) => {
            const midnight = isMidnight(m);
            const x = scale.x(m);
            // The day's end is the next day's 0:00: said as 24:00 by where it is.
            const name = long && midnight ? shortDate(m, lang) : clock(m, lang);
            if (long && m === until) return null;
            return (
              <g key={m}>
                {long && midnight && m > since && <line class="rule day-edge" x1={x} x2={x} y1={top} y2={bottom} />}
                <line class="rule" x1={x} x2={x} y1={bottom} y2={bottom + 4} />
                <text x={x} y={height - 4} text-anchor={x > right - 20 ? "end" : x < left + 14 ? "start" : "middle"}>
                  {!long && m === until && midnight ? "24:00" : name}
                </text>
              </g>
            );
          })}
          {at !== null && <line class="cursor" x1={scale.x(at)} x2={scale.x(at)} y1={top - 4} y2={bottom} />}
        </svg>
      )}
      {at !== null && cursor !== null && (
        <div
          class="read"
          aria-hidden="true"
          style={
            scale.x(at) > width / 2 ? { right: `${width - scale.x(at) + 10}px` } : { left: `${scale.x(at) + 10}px` }
          }
        >
          {show(cursor)}
        </div>
      )}
    </div>
  );
}
