import { useEffect, useState } from "preact/hooks";
import { age, categoryName, compact, safeUrl } from "../../model/index.ts";
import { Block, Choice, NumberField, Switch } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

const hour = 3_600_000;
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const minutesOf = (text: string) => {
  const [h, m] = text.split(":").map(Number);
  return (h ?? 0) * 60 + (m ?? 0);
};

/** When to be told, when not, and what was missed. */
export function AlertsPanel({ t, store, manage, state, port, words }: PanelProps) {
  const { alerts, prefs, missed, groups } = state;
  const { lang, platformName } = words;
  const [denied, setDenied] = useState(false);
  // What was unread when the panel opened stays marked while it is open.
  const [readBefore] = useState(state.missedRead);
  useEffect(() => manage.readMissed(), []);
  const paused = alerts.pausedUntil > Date.now();
  const categories = store.counts().categories;
  const nameOf = (id: string) => {
    const c = categories.find((o) => o.id === id);
    return c ? categoryName(c, lang) : id;
  };
  const quietField = {
    from: (
      <input
        class="field"
        type="time"
        aria-label={`${t("quiet")} ${t("from")}`}
        value={clock(alerts.quietFrom)}
        onChange={(e) => manage.setAlerts({ quietFrom: minutesOf(e.currentTarget.value) })}
      />
    ),
    to: (
      <input
        class="field"
        type="time"
        aria-label={`${t("quiet")} ${t("to")}`}
        value={clock(alerts.quietTo)}
        onChange={(e) => manage.setAlerts({ quietTo: minutesOf(e.currentTarget.value) })}
      />
    ),
  };
  const toggle = (list: readonly string[], v: string) =>
    list.includes(v) ? list.filter((o) => o !== v) : [...list, v];
  return (
    <>
      {port.extension ? (
        <Block title={t("alerts")}>
          <Switch
            label={t("alertsOn")}
            hint={t("alertsHint")}
            checked={alerts.on}
            onChange={(on) => {
              if (on) void manage.askAlerts().then((ok) => setDenied(!ok));
              else manage.setAlerts({ on: false });
            }}
          />
          {denied && (
            <p class="bad" role="alert">
              {t("denied")}
            </p>
          )}
          {alerts.on && (
            <div class="line-of">
              {paused ? (
                <>
                  <span class="hint">
                    {t(
                      "pausedUntil",
                      new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }).format(alerts.pausedUntil),
                    )}
                  </span>
                  <button type="button" class="button" onClick={() => manage.setAlerts({ pausedUntil: 0 })}>
                    {t("resume")}
                  </button>
                </>
              ) : (
                <>
                  {t("pause")}
                  <button
                    type="button"
                    class="button"
                    onClick={() => manage.setAlerts({ pausedUntil: Date.now() + hour })}
                  >
                    {t("hour1")}
                  </button>
                  <button
                    type="button"
                    class="button"
                    onClick={() => manage.setAlerts({ pausedUntil: Date.now() + 8 * hour })}
                  >
                    {t("hour8")}
                  </button>
                </>
              )}
            </div>
          )}
        </Block>
      ) : (
        <p class="hint">{t("alertsWeb")}</p>
      )}
      <Block title={t("history")}>
        {missed.length === 0 ? (
          <p class="hint">{t("noHistory")}</p>
        ) : (
          <>
            <ul class="items">
              {missed.slice(0, 100).map((m) => (
                <li key={`${m.at} ${m.url}`} class={m.at > readBefore ? "over" : ""}>
                  <i class={`g g-${m.platform}`} title={platformName(m.platform)} />
                  <span class="what">
                    <a {...(safeUrl(m.url) && { href: safeUrl(m.url) })} target="_blank" rel="noopener noreferrer">
                      <b>{m.name}</b> {m.title}
                    </a>
                  </span>
                  <small>
                    {t(`why_${m.why}`, compact(m.viewers ?? 0, lang))}
                    {m.shown !== "yes" && ` · ${t(`not_${m.shown}`)}`} · {age(Date.now() - m.at, lang)}
                  </small>
                </li>
              ))}
            </ul>
            <button type="button" class="button" onClick={() => manage.clearMissed()}>
              {t("clear")}
            </button>
          </>
        )}
      </Block>
      {port.extension && (
        <>
          <Block title={t("when")}>
            <Switch
              label={t("whenFav")}
              checked={alerts.favourites}
              onChange={(favourites) => manage.setAlerts({ favourites })}
            />
            {alerts.favourites && groups.length > 0 && (
              <div class="picks" role="group" aria-label={t("whichGroups")}>
                {[...groups, { id: "", name: t("ungrouped") }].map((g) => {
                  const every = [...groups.map((o) => o.id), ""];
                  const on = alerts.groups === null || alerts.groups.includes(g.id);
                  return (
                    <button
                      key={g.id}
                      type="button"
                      class="chip"
                      aria-pressed={on}
                      onClick={() => {
                        const next = toggle(alerts.groups ?? every, g.id);
                        manage.setAlerts({ groups: next.length === every.length ? null : next });
                      }}
                    >
                      {g.name}
                    </button>
                  );
                })}
              </div>
            )}
            <Switch label={t("whenHot")} checked={alerts.hot} onChange={(hot) => manage.setAlerts({ hot })} />
            <div class="line-of">
              <span>{t("whenOver")}</span>
              <NumberField
                label={t("whenOver")}
                empty={t("overOff")}
                value={alerts.over || null}
                max={20_000_000}
                step={1000}
                onChange={(v) => manage.setAlerts({ over: v ?? 0 })}
              />
            </div>
            <div class="line-of">
              <span>{t("whenCategory")}</span>
              <select
                class="field"
                aria-label={t("whenCategory")}
                value=""
                onChange={(e) =>
                  e.currentTarget.value &&
                  manage.setAlerts({ categories: toggle(alerts.categories, e.currentTarget.value) })
                }
              >
                <option value="">{t("choose")}</option>
                {categories.slice(0, 100).map((c) => (
                  <option key={c.id} value={c.id}>
                    {categoryName(c, lang)}
                  </option>
                ))}
              </select>
            </div>
            {alerts.categories.length > 0 && (
              <div class="picks">
                {alerts.categories.map((id) => (
                  <button
                    key={id}
                    type="button"
                    class="chip on"
                    aria-label={t("removeThing", nameOf(id))}
                    onClick={() => manage.setAlerts({ categories: toggle(alerts.categories, id) })}
                  >
                    {nameOf(id)} ✕
                  </button>
                ))}
                <span class="line-of">
                  {t("least")}
                  <NumberField
                    label={t("least")}
                    value={alerts.categoryMin}
                    max={20_000_000}
                    step={100}
                    onChange={(v) => manage.setAlerts({ categoryMin: v ?? 0 })}
                  />
                </span>
              </div>
            )}
          </Block>
          <Block title={t("quiet")}>
            <div class="line-of">
              {/* Each language has its own order of words around the two times. */}
              {t("quietSpan")
                .split(/[{}]/)
                .map((part, i) => (i % 2 ? quietField[part as "from" | "to"] : part.trim()))}
            </div>
            <div class="line-of">
              <span>{t("cooldown")}</span>
              <NumberField
                label={t("cooldown")}
                value={alerts.cooldown}
                max={1440}
                onChange={(v) => manage.setAlerts({ cooldown: v ?? 10 })}
              />
            </div>
          </Block>
          <Block title={t("badge")}>
            <Choice
              label={t("badge")}
              value={prefs.badge}
              options={(["off", "favourites", "live", "hot", "missed"] as const).map(
                (v) => [v, t(`badge_${v}`)] as const,
              )}
              onChange={(badge) => store.setPrefs({ badge })}
            />
            {prefs.badge !== "off" && (
              <label class="line-of">
                {t("badgeColour")}
                <input
                  type="color"
                  value={prefs.badgeColour}
                  onChange={(e) => store.setPrefs({ badgeColour: e.currentTarget.value })}
                />
              </label>
            )}
          </Block>
        </>
      )}
    </>
  );
}
