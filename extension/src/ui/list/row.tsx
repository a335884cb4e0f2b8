// One row of a list. At most fifteen elements: rank, change, uptime and marks are pseudo-elements that read attributes, a glyph
// is one element, and clicks are handled by the list. Drawn again only when what it shows changed.

import { Component } from "preact";
import { categoryName, compact, entryName, type Row, uptime } from "../../model/index.ts";
import { named, type Words } from "../words.ts";
import type { Form } from "./layout.ts";
import { rowHeight } from "./layout.ts";
import { points } from "./sparkline.ts";

export interface RowProps {
  row: Row;
  /** Place in the list, from 0, and how long the list is. */
  index: number;
  count: number;
  /** Distance from the top of the list in px. */
  y: number;
  form: Form;
  /** The column's platform, "" for others: its own glyph says nothing there. */
  platform: string;
  /** Log time in whole minutes. */
  minute: number;
  /** Whether the list's one tab stop is here. */
  active: boolean;
  picked: boolean;
  words: Words;
  /** Where the main link leads; "" when nobody knows. */
  href: string;
}

/** A picture that does not load leaves its place empty. */
export const withoutPicture = (e: Event): void => {
  (e.target as HTMLImageElement).src = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
};

const mark = (e: Row["entry"]) => (e.new ? "new" : e.hot ? "hot" : e.rising ? "rising" : null);

/** What a screen reader says of a row. */
export function describe({
  row,
  words,
  minute,
  picked,
}: Pick<RowProps, "row" | "words" | "minute" | "picked">): string {
  const { t, lang, platformName } = words;
  const e = row.entry;
  const m = mark(e);
  return [
    row.rank ? t("place", row.rank) : "",
    row.move ? t(row.move > 0 ? "up" : "down", Math.abs(row.move)) : "",
    entryName(e),
    e.title,
    e.viewers === null ? t("hiddenCount") : t("watching", e.viewers),
    e.broadcasts.map((b) => platformName(b.platform)).join(", "),
    e.category ? categoryName(e.category, lang) : "",
    m ? t(m) : "",
    e.started_at ? t("since", uptime(minute * 60_000 - Date.parse(e.started_at))) : "",
    row.gone ? t("ended") : "",
    picked ? t("picked") : "",
  ]
    .filter(Boolean)
    .join(", ");
}

export class RowView extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    for (const key of Object.keys(next) as (keyof RowProps)[]) if (next[key] !== this.props[key]) return true;
    return false;
  }

  override render(props: RowProps) {
    const { row, index, count, y, form, platform, minute, active, picked, words, href } = props;
    const { t, lang, platformName } = words;
    const e = row.entry;
    const m = mark(e);
    const change = row.move;
    const line = form === "full" ? points(e.trend, 60, 16) : "";
    const up = form === "full" && e.started_at ? uptime(minute * 60_000 - Date.parse(e.started_at)) : undefined;
    const tab = active ? 0 : -1;
    const several = e.broadcasts.length > 1;
    return (
      <article
        class={`row${picked ? " picked" : ""}${row.gone ? " gone" : ""}`}
        data-key={row.key}
        data-rank={row.rank ?? "–"}
        data-change={change ? (change > 0 ? `▲${change}` : `▼${-change}`) : undefined}
        style={{ transform: `translateY(${y}px)`, height: `${rowHeight[form]}px` }}
        tabIndex={tab}
        aria-posinset={index + 1}
        aria-setsize={count}
        aria-label={describe(props)}
      >
        {form === "full" || form === "compact" ? (
          e.thumbnail ? (
            <img
              key={e.thumbnail.url}
              src={(e.thumbnail.small ?? e.thumbnail).url}
              alt=""
              width={96}
              height={54}
              loading="lazy"
              decoding="async"
              referrerpolicy="no-referrer"
              onError={withoutPicture}
            />
          ) : (
            <span class="ph" />
          )
        ) : null}
        <a
          class="name"
          data-act="open"
          {...(href && { href })}
          tabIndex={-1}
          draggable={false}
          rel="noreferrer"
          target="_blank"
        >
          {entryName(e)}
        </a>
        <span class="title" data-mark={m ? t(m) : undefined} data-new={m === "new" || undefined}>
          {e.title}
        </span>
        {/* Glyphs are never cut, however long the name beside them is. */}
        <span class="meta" style={{ minWidth: `${several ? 20 * e.broadcasts.length : 44}px` }}>
          {(several || platform !== e.broadcasts[0]?.platform) &&
            e.broadcasts.map((b) =>
              several && b.url ? (
                <a
                  key={b.platform}
                  class={`g g-${b.platform}`}
                  data-act={`on:${b.platform}`}
                  href={b.url}
                  tabIndex={tab}
                  target="_blank"
                  rel="noreferrer"
                  title={`${t("watchOn", platformName(b.platform))}${b.viewers === null ? "" : ` · ${compact(b.viewers, lang)}`}`}
                  aria-label={t("watchOn", platformName(b.platform))}
                />
              ) : (
                <i key={b.platform} class={`g g-${b.platform}`} title={platformName(b.platform)} />
              ),
            )}
          {e.category && (
            <button class="tag" data-act="category" tabIndex={-1}>
              {categoryName(e.category, lang)}
            </button>
          )}
        </span>
        <span class="num" data-up={up}>
          {e.viewers === null ? "–" : compact(e.viewers, lang)}
        </span>
        {line && (
          <svg class="line" width="60" height="16" aria-hidden="true">
            <polyline points={line} />
          </svg>
        )}
        <button
          class={row.favourite ? "act star on" : "act star"}
          data-act="star"
          tabIndex={tab}
          aria-pressed={row.favourite}
          {...named(t(row.favourite ? "unstar" : "star"))}
        />
        <button class="act cross" data-act="hide" tabIndex={tab} {...named(t("hide"))} />
      </article>
    );
  }
}
