import { useState } from "preact/hooks";
import type { PatternError } from "../../model/index.ts";
import { Block } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

/** What is hidden, with the way back; words and patterns are added here. */
export function HiddenPanel({ t, store, manage, state }: PanelProps) {
  const [value, setValue] = useState("");
  const [pattern, setPattern] = useState(false);
  const [wrong, setWrong] = useState<PatternError | null>(null);
  const add = () => {
    const words = value.trim();
    const error = pattern ? manage.checkPattern(words) : words ? null : "empty";
    setWrong(error);
    if (error) return;
    store.hide(pattern ? "regexp" : "keyword", words, pattern ? `/${words}/` : words);
    setValue("");
  };
  return (
    <>
      <Block title={t("hideWords")} hint={t("hiddenHint")}>
        <form
          class="line-of"
          onSubmit={(e) => {
            e.preventDefault();
            add();
          }}
        >
          <input
            class="field grow"
            value={value}
            maxLength={200}
            aria-label={t("hideWords")}
            aria-invalid={wrong !== null}
            aria-describedby="pattern-error"
            onInput={(e) => {
              setValue(e.currentTarget.value);
              setWrong(pattern && e.currentTarget.value ? manage.checkPattern(e.currentTarget.value) : null);
            }}
          />
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={pattern}
              onChange={(e) => setPattern(e.currentTarget.checked)}
            />
            {t("asRegexp")}
          </label>
          <button type="submit" class="button">
            {t("add")}
          </button>
        </form>
        <p id="pattern-error" class="bad" role="alert">
          {wrong && t(`bad_${wrong}`)}
        </p>
      </Block>
      {state.hidden.length === 0 ? (
        <p class="hint">{t("nothingHidden")}</p>
      ) : (
        <ul class="items">
          {state.hidden.map((h) => (
            <li key={h.id}>
              <small>{t(h.kind)}</small>
              <span class="what">{h.label}</span>
              <button
                type="button"
                class="button"
                onClick={() => manage.unhide(h.id)}
                aria-label={`${t("showAgain")}: ${h.label}`}
              >
                {t("showAgain")}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
