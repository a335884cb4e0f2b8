// The page to look back on: viewers over a day, a week or a month, who drew them, and the curve of one entry. A full-screen dialog
// over the list, named by the address, loaded when it is first opened.

import { useEffect, useRef, useState } from "preact/hooks";
import { askDay, type Day as DayAnswer, type DayQuery, type DaySort, readRoute, writeRoute } from "../../model/day.ts";
import { entryName, type State, type Store } from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import type { Words } from "../words.ts";
import { useAnswer } from "./answer.ts";
import { Areas } from "./areas.tsx";
import { Categories, Creators } from "./creators.tsx";
import { CurveDialog } from "./curve.tsx";
import { Figures, Platforms } from "./figures.tsx";
import { type Say, useSay } from "./say.ts";
import { Fold, StepTable } from "./table.tsx";
import { longDate, moment, shifted } from "./when.ts";

export { default as styles } from "./day.css?url";

/** The server counts a present day anew each minute. */
const renewEvery = 60_000;
/** Narrower windows get lower charts. */
const narrowBelow = 600;

export interface DayProps {
  panel: string;
  store: Store;
  state: State;
  words: Words;
  width: number;
  onPanel: (panel: string) => void;
}

export function Day({ panel, store, state, words, width, onPanel }: DayProps) {
  const say = useSay(words);
  const { t, lang } = say;
  const query = readRoute(panel);
  const [sort, setSort] = useState<DaySort>("watched");
  const [without, setWithout] = useState<readonly string[]>([]);
  const [name, setName] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  const get = store.inner.fetch;
  const { server } = state;
  const question = { ...query, entry: "" };
  const answer = useAnswer(
    `${server} ${writeRoute(question)} ${sort}`,
    (signal) => askDay(get, server, question, sort, signal),
    renewEvery,
  );
  // While another day is on its way the last one stays, dimmed: a page that empties itself looks broken.
  const last = useRef<DayAnswer>(undefined);
  const fresh = answer.key === `${server} ${writeRoute(question)} ${sort}`;
  if (fresh && answer.value) last.current = answer.value;
  const trouble = fresh ? answer.trouble : undefined;
  const waiting = !fresh || (!answer.value && !trouble);
  const day = (fresh && answer.value) || (waiting ? last.current : undefined);

  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);

  const go = (to: Partial<DayQuery>) => onPanel(writeRoute({ ...question, ...to }));
  const narrow = width < narrowBelow;
  const known =
    day?.total.viewers.some((v) => v !== null) || day?.platforms.some((p) => p.viewers.some((v) => v !== null));
  return (
    <dialog
      ref={dialog}
      class="day"
      aria-labelledby="day-title"
      aria-busy={waiting}
      onClose={(e) => e.target === dialog.current && onPanel("")}
    >
      <header class="day-top">
        <h2 id="day-title">{t("title")}</h2>
        <Spans query={query} day={day} say={say} go={go} />
        <button type="button" class="icon" aria-label={t("close")} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <div class="day-body" tabIndex={0} role="region" aria-labelledby="day-title">
        {trouble && day && (
          <p class="stale" role="status">
            {t("stale")}{" "}
            <button type="button" onClick={answer.again}>
              {t("retry")}
            </button>
          </p>
        )}
        {day ? (
          <div class={waiting ? "days waiting" : "days"}>
            <p class="when">
              <b>{title(day, say)}</b>
              <span>{day.over ? t("korean") : `${t("asOf", moment(day.asOf, lang, 1))} · ${t("korean")}`}</span>
            </p>
            {known ? (
              <>
                <Figures day={day} say={say} />
                <section aria-labelledby="day-chart">
                  <header>
                    <h3 id="day-chart">{t("chart")}</h3>
                    <small>{note(day, say)}</small>
                  </header>
                  <Areas day={day} say={say} without={without} narrow={narrow} />
                  <Platforms
                    day={day}
                    say={say}
                    without={without}
                    onToggle={(id) => {
                      const next = without.includes(id) ? without.filter((p) => p !== id) : [...without, id];
                      setWithout(next.length < day.platforms.length ? next : []);
                    }}
                  />
                  <Fold title={t("table")}>{() => <StepTable day={day} say={say} />}</Fold>
                </section>
                <div class="tops">
                  {day.creators.length > 0 && (
                    <Creators
                      day={day}
                      say={say}
                      sort={sort}
                      onSort={setSort}
                      onCurve={(entry, who) => {
                        setName(who);
                        go({ entry });
                      }}
                    />
                  )}
                  {day.categories.length > 0 && <Categories day={day} say={say} />}
                </div>
              </>
            ) : (
              <Nothing day={day} say={say} />
            )}
          </div>
        ) : trouble ? (
          <div class="state" role="alert">
            <h3>{t(trouble)}</h3>
            <p>{t(`${trouble}Hint`)}</p>
            {trouble === "absent" ? (
              query.day !== "today" && (
                <button type="button" class="chip" onClick={() => go({ day: "today" })}>
                  {t("toToday")}
                </button>
              )
            ) : (
              <button type="button" class="chip" onClick={answer.again}>
                {t("retry")}
              </button>
            )}
          </div>
        ) : (
          <div class="skeleton" role="status" aria-label={t("loading")}>
            <i />
            <i />
            <i />
          </div>
        )}
      </div>
      {query.entry && day && (
        <CurveDialog
          key={query.entry}
          entry={query.entry}
          name={name || nameOf(query.entry, day, state)}
          day={day}
          say={say}
          server={server}
          get={get}
          narrow={narrow}
          onClose={() => {
            setName("");
            go({});
          }}
        />
      )}
    </dialog>
  );
}

/** Who an entry is, when the address alone names it. */
function nameOf(entry: string, day: DayAnswer, state: State): string {
  const listed = state.entries.find(
    (e) => e.id === entry || e.broadcasts.some((b) => `${b.platform}:${b.id}` === entry),
  );
  return day.creators.find((c) => c.entry === entry)?.name ?? (listed ? entryName(listed) : entry);
}

function title(day: DayAnswer, { lang }: Say): string {
  const end = longDate(day.until - 1, lang);
  return day.days > 1 ? `${longDate(day.since, lang)} – ${end}` : end;
}

/** What the hatching is, and since when there is a record. */
function note(day: DayAnswer, { t, lang }: Say): string {
  const { viewers } = day.total;
  const from = viewers.findIndex((v) => v !== null);
  const since = from > 0 ? t("partial", moment(day.since + from * day.step, lang, day.days)) : "";
  return viewers.includes(null) ? `${since} ${t("gapsHint")}`.trim() : since;
}

function Nothing({ day, say }: { day: DayAnswer; say: Say }) {
  const { t, lang } = say;
  const past = day.over && day.first && day.last;
  const date = (d: string) => longDate(Date.parse(`${d}T00:00:00+09:00`), lang);
  return (
    <div class="state" role="status">
      <h3>{t(day.over ? "emptyPast" : "empty")}</h3>
      <p>{past ? t("emptyPastHint", { from: date(day.first), to: date(day.last) }) : t("emptyHint")}</p>
    </div>
  );
}

interface SpansProps {
  query: DayQuery;
  day: DayAnswer | undefined;
  say: Say;
  go: (to: Partial<DayQuery>) => void;
}

function Spans({ query, day, say, go }: SpansProps) {
  const { t } = say;
  const choices = [
    ["today", "today", "1d"],
    ["yesterday", "yesterday", "1d"],
    ["week", "today", "7d"],
    ["month", "today", "30d"],
  ] as const;
  const first = day?.first || day?.day || "";
  const last = day && (day.last > day.day || day.over ? day.last || day.day : day.day);
  const step = (by: number) => day && go({ day: shifted(day.day, by) });
  return (
    <nav class="spans" aria-label={t("span")}>
      {choices.map(([name, on, span]) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={query.day === on && query.span === span}
          onClick={() => go({ day: on, span })}
        >
          {t(name)}
        </button>
      ))}
      {day && (
        <span class="date">
          <button
            type="button"
            class="icon"
            aria-label={t("earlier")}
            title={t("earlier")}
            disabled={day.day <= first}
            onClick={() => step(-1)}
          >
            ‹
          </button>
          <input
            type="date"
            class="chip"
            aria-label={t("date")}
            value={day.day}
            min={first}
            max={last}
            required
            onChange={(e) => e.currentTarget.value && go({ day: e.currentTarget.value })}
          />
          <button
            type="button"
            class="icon"
            aria-label={t("later")}
            title={t("later")}
            disabled={day.day >= (last ?? "")}
            onClick={() => step(1)}
          >
            ›
          </button>
        </span>
      )}
    </nav>
  );
}
