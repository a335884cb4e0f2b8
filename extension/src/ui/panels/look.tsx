import { Block, Choice, Movers, Switch } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

/** How it looks and how streams open. */
export function LookPanel({ t, store, state, words }: PanelProps) {
  const { prefs, platforms } = state;
  const order = [
    ...prefs.preferredPlatforms.filter((id) => platforms.some((p) => p.id === id)),
    ...platforms.map((p) => p.id).filter((id) => !prefs.preferredPlatforms.includes(id)),
  ];
  const move = (i: number, by: number) => {
    const next = [...order];
    const [id] = next.splice(i, 1);
    if (id) next.splice(i + by, 0, id);
    store.setPrefs({ preferredPlatforms: next });
  };
  const delays = [0, 300, 600, 1200] as const;
  return (
    <>
      <Block title={t("theme")}>
        <Choice
          label={t("theme")}
          value={prefs.theme}
          options={[
            ["system", t("system")],
            ["dark", t("dark")],
            ["light", t("light")],
          ]}
          onChange={(theme) => store.setPrefs({ theme })}
        />
        <Switch
          label={t("contrast")}
          hint={t("contrastHint")}
          checked={prefs.contrast === "more"}
          onChange={(on) => store.setPrefs({ contrast: on ? "more" : "system" })}
        />
        <Switch
          label={t("motion")}
          checked={prefs.motion === "reduce"}
          onChange={(on) => store.setPrefs({ motion: on ? "reduce" : "system" })}
        />
      </Block>
      <Block title={t("language")}>
        <Choice
          label={t("language")}
          value={prefs.lang}
          options={[
            ["system", t("system")],
            ["ko", "한국어"],
            ["en", "English"],
          ]}
          onChange={(lang) => store.setPrefs({ lang })}
        />
      </Block>
      <Block title={t("density")}>
        <Choice
          label={t("density")}
          value={prefs.density}
          options={[
            ["comfortable", t("comfortable")],
            ["compact", t("compact")],
            ["text", t("text")],
          ]}
          onChange={(density) => store.setPrefs({ density })}
        />
        <Switch
          label={t("pin")}
          checked={prefs.pinFavourites}
          onChange={(pinFavourites) => store.setPrefs({ pinFavourites })}
        />
      </Block>
      <Block title={t("open")} hint={t("openHint")}>
        <Choice
          label={t("open")}
          value={prefs.open}
          options={(["current", "tab", "window"] as const).map((v) => [v, t(`open_${v}`)] as const)}
          onChange={(open) => store.setPrefs({ open })}
        />
      </Block>
      <Block title={t("preview")}>
        <Choice
          label={t("preview")}
          value={delays.find((d) => d >= prefs.hoverDelay) ?? 1200}
          options={delays.map((d) => [d, t(`preview_${d}`)] as const)}
          onChange={(hoverDelay) => store.setPrefs({ hoverDelay })}
        />
      </Block>
      {order.length > 1 && (
        <Block title={t("preferred")} hint={t("preferredHint")}>
          <ol class="items">
            {order.map((id, i) => {
              const name = words.platformName(id);
              return (
                <li key={id}>
                  <i class={`g g-${id}`} />
                  <span class="what">{name}</span>
                  <Movers
                    up={t("up", name)}
                    down={t("down", name)}
                    onUp={i > 0 ? () => move(i, -1) : null}
                    onDown={i < order.length - 1 ? () => move(i, 1) : null}
                  />
                </li>
              );
            })}
          </ol>
        </Block>
      )}
    </>
  );
}
