import { useState } from "preact/hooks";
import { Block, Switch } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

const errors = { large: "bad_size", syntax: "bad_file", notOnair: "bad_file", newer: "bad_newer" } as const;

/** Everything in one file, in and out; sync; back to the start. */
export function DataPanel({ t, store, manage, state, port }: PanelProps) {
  const [said, setSaid] = useState<"imported" | (typeof errors)[keyof typeof errors] | "">("");
  const save = () => {
    const url = URL.createObjectURL(new Blob([manage.exportAll()], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `onair-${new Date().toISOString().slice(0, 10)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <>
      <Block title={t("data")} hint={t("dataHint")}>
        <div class="line-of">
          <button type="button" class="button" onClick={() => save()}>
            {t("export")}
          </button>
          <label class="button file">
            {t("import")}
            <input
              class="sr"
              type="file"
              accept="application/json,.json"
              onChange={(e) => {
                const file = e.currentTarget.files?.[0];
                e.currentTarget.value = "";
                if (file)
                  void file.text().then((text) => {
                    const error = manage.importAll(text);
                    setSaid(error ? errors[error] : "imported");
                  });
              }}
            />
          </label>
        </div>
        <p class={said === "imported" ? "hint" : "bad"} role="status">
          {said && t(said)}
        </p>
      </Block>
      {port.extension && (
        <Block title={t("sync")}>
          <Switch
            label={t("sync")}
            hint={t("syncHint")}
            checked={state.prefs.sync}
            onChange={(sync) => store.setPrefs({ sync })}
          />
        </Block>
      )}
      <Block title={t("reset")} hint={t("resetHint")}>
        <div>
          <button type="button" class="button" onClick={() => manage.reset()}>
            {t("reset")}
          </button>
        </div>
      </Block>
      <p class="hint">{t("version", __VERSION__)}</p>
    </>
  );
}
