// The large preview of a row: the picture, the whole title, viewers by platform, and why the entry is listed as it is. Comes up beside
// the row when it is pointed at or focused for a while; pinned (key i) it is a dialog that keys reach.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { categoryName, compact, entryName, type State, uptime, watchOrder } from "../../model/index.ts";
import type { Local } from "../app.tsx";
import type { Commands } from "../commands.ts";
import { translator } from "../i18n/translate.ts";
import { withoutPicture } from "../list/row.tsx";
import { points } from "../list/sparkline.ts";
import { languageName } from "../shell/chips.tsx";
import button from "../styles/button.css?url";
import { loadStyles } from "../styles/load.ts";
import type { Words } from "../words.ts";
import { beside } from "./place.ts";
import { detailWords } from "./words.ts";

export { default as styles } from "./details.css?url";

void loadStyles(button);

export interface DetailsProps {
  preview: NonNullable<Local["preview"]>;
  words: Words;
  state: State;
  picked: readonly string[];
  act: (what: (commands: Commands) => void) => void;
}

type Reason = keyof typeof detailWords.ko;
const known = (key: string): key is Reason => key in detailWords.ko;

export function Details({ preview, words, state, picked, act }: DetailsProps) {
  const { row, box, pinned } = preview;
  const { now, prefs } = state;
  const { lang, platformName } = words;
  const e = row.entry;
  const isPicked = picked.includes(row.key);
  const t = useMemo(() => translator(detailWords[lang], lang), [lang]);
  const element = useRef<HTMLDialogElement>(null);
  const [place, setPlace] = useState({ left: -9999, top: 0 });

  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    dialog.open = false; // close() would tell, and what it tells closes a dialog
    if (pinned) dialog.showModal();
    else dialog.open = true; // show() would take the focus from the row
    const { width, height } = dialog.getBoundingClientRect();
    setPlace(beside(box, { width, height }, { width: innerWidth, height: innerHeight }));
  }, [row.key, pinned, box]);

  /** Why, and how sure; nothing where the server does not tell. */
  const reason = (key: string, sure: number | null) =>
    known(key) && ` — ${t(key)}${typeof sure !== "number" ? "" : ` · ${t("sure", sure)}`}`;
  const peak = Math.max(0, ...e.trend.map((v) => v ?? 0));
  const line = points(e.trend, 316, 44);
  const started = e.started_at ? Date.parse(e.started_at) : 0;
  return (
    <dialog
      ref={element}
      class="preview"
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
      aria-label={t("details", entryName(e))}
      onPointerEnter={() => act((c) => c.keepPreview())}
      onPointerLeave={() => act((c) => c.point(null, null))}
      onClose={() => pinned && act((c) => c.closePreview())}
      onClick={(event) => pinned && event.target === element.current && act((c) => c.closePreview())}
    >
      {e.thumbnail && (
        <img
          class="shot"
          src={e.thumbnail.url}
          alt=""
          width={344}
          height={194}
          decoding="async"
          referrerpolicy="no-referrer"
          onError={withoutPicture}
        />
      )}
      <div class="body">
        <h2>
          {entryName(e)} <span>{e.viewers === null ? "–" : compact(e.viewers, lang)}</span>
        </h2>
        <p class="full-title">{e.title}</p>
        {line && (
          <div>
            <svg class="big" viewBox="0 0 316 44" preserveAspectRatio="none" aria-hidden="true">
              <polyline points={line} vector-effect="non-scaling-stroke" />
            </svg>
            <p class="facts">
              <span>{t("hour")}</span>
              <span>{t("most", compact(peak, lang))}</span>
            </p>
          </div>
        )}
        <div class="each">
          {watchOrder(e, prefs.preferredPlatforms).map((b) => (
            <a
              key={b.platform}
              {...(b.url && { href: b.url })}
              target="_blank"
              rel="noopener noreferrer"
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
                event.preventDefault();
                act((c) => c.watch(row, b.platform));
              }}
            >
              <i class={`g g-${b.platform}`} />
              {platformName(b.platform)} · {b.channel.name}
              <b>{b.viewers === null ? "–" : compact(b.viewers, lang)}</b>
            </a>
          ))}
        </div>
        {started > 0 && (
          <p class="facts">
            <span>
              {t(
                "started",
                new Intl.DateTimeFormat(lang, {
                  hour: "numeric",
                  minute: "2-digit",
                  month: "short",
                  day: "numeric",
                }).format(started),
              )}
            </span>
            <span>{uptime(now - started)}</span>
          </p>
        )}
        <ul class="why" aria-label={t("why")}>
          <li>
            {e.lang ? (
              <>
                <b>{t("langIs", languageName(e.lang.code, words))}</b>
                {reason(`lang_${e.lang.reason}`, e.lang.confidence)}
              </>
            ) : (
              <b>{t("unknownLang")}</b>
            )}
          </li>
          <li>
            {e.category ? (
              <>
                <b>{t("categoryIs", categoryName(e.category, lang))}</b>
                {reason(`category_${e.category.reason}`, e.category.confidence)}
              </>
            ) : (
              <b>{t("noCategory")}</b>
            )}
          </li>
          {e.official && (
            <li>
              <b>{t("officialIs")}</b>
              {reason(`official_${e.official_reason}`, null)}
            </li>
          )}
        </ul>
        <div class="buttons">
          <button type="button" class="button" aria-pressed={isPicked} onClick={() => act((c) => c.pick(row))}>
            {t(isPicked ? "unpick" : "pick")}
          </button>
          <button type="button" class="button" onClick={() => act((c) => c.copy(row))}>
            {t("copy")}
          </button>
          <button type="button" class="button" onClick={() => act((c) => c.lookBack(row))}>
            {t("curve")}
          </button>
          <button type="button" class="button" onClick={() => act((c) => c.hide(row))}>
            {t("hideCreator")}
          </button>
          {e.category && (
            <button type="button" class="button" onClick={() => act((c) => c.hide(row, "category"))}>
              {t("hideCategory")}
            </button>
          )}
        </div>
      </div>
    </dialog>
  );
}
