import { useState } from "preact/hooks";
import type { AddressError } from "../../model/index.ts";
import { Block } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

/** Which server the list comes from. */
export function ServerPanel({ t, manage, state }: PanelProps) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<AddressError | null>(null);
  return (
    <>
      <ul class="items">
        {state.servers.map((s) => (
          <li key={s}>
            <span class="what">{s}</span>
            {s === state.server ? (
              <small>{t("inUse")}</small>
            ) : (
              <>
                <button
                  type="button"
                  class="button"
                  aria-label={`${t("use")}: ${s}`}
                  onClick={() => manage.useServer(s)}
                >
                  {t("use")}
                </button>
                <button
                  type="button"
                  class="icon"
                  aria-label={t("removeThing", s)}
                  onClick={() => manage.removeServer(s)}
                >
                  ✕
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      <Block title={t("address")} hint={t("serverHint")}>
        <form
          class="line-of"
          onSubmit={(e) => {
            e.preventDefault();
            setBusy(true);
            setWrong(null);
            void manage.addServer(typed).then((error) => {
              setBusy(false);
              setWrong(error);
              if (!error) setTyped("");
            });
          }}
        >
          <input
            class="field grow"
            value={typed}
            inputMode="url"
            placeholder="https://"
            aria-label={t("address")}
            aria-invalid={wrong !== null}
            aria-describedby="server-error"
            onInput={(e) => setTyped(e.currentTarget.value)}
          />
          <button type="submit" class="button main" disabled={busy || !typed.trim()}>
            {t(busy ? "connecting" : "use")}
          </button>
        </form>
        <p id="server-error" class="bad" role="alert">
          {wrong && t(`bad_${wrong}`)}
        </p>
      </Block>
    </>
  );
}
