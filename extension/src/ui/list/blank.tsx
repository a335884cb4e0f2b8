// What a column shows when it has no rows and is not waiting for any.

import type { ComponentChildren } from "preact";
import type { State, Store } from "../../model/index.ts";
import { seldomWords } from "../shell/words.ts";
import button from "../styles/button.css?url";
import { loadStyles } from "../styles/load.ts";
import type { Words } from "../words.ts";

export { default as styles } from "./blank.css?url";

void loadStyles(button);

export interface BlankProps {
  id: string;
  state: State;
  filtered: boolean;
  words: Words;
  store: Store;
  onPanel: (panel: string) => void;
}

export function Blank({ id, state, filtered, words, store, onPanel }: BlankProps) {
  const t = seldomWords(words);
  const { status } = state;
  if (state.entries.length === 0 && status.phase === "offline")
    return <Says title={t("offlineEmpty")} hint={t("offlineHint")} />;
  if (state.entries.length === 0 && status.phase === "error")
    return (
      <Says
        title={t(status.problem === "not onair" ? "notOnair" : "brokenEmpty")}
        hint={`${state.server} — ${t("brokenHint")}`}
      >
        <button type="button" class="button main" onClick={() => store.retry()}>
          {t("retry")}
        </button>
        <button type="button" class="button" onClick={() => onPanel("server")}>
          {t("server")}
        </button>
      </Says>
    );
  if (filtered)
    return (
      <Says title={t("nothing")} hint={t("nothingHint")}>
        <button type="button" class="button" onClick={() => store.resetFilter()}>
          {t("clearFilters")}
        </button>
      </Says>
    );
  if (id === "fav") return <Says title={t("noFavLive")} hint={t("noFavLiveHint", state.favourites.length)} />;
  return <Says title={t("nobody")} hint="" />;
}

function Says({ title, hint, children }: { title: string; hint: string; children?: ComponentChildren }) {
  return (
    <div class="blank">
      <strong>{title}</strong>
      {hint && <p>{hint}</p>}
      {children && <p class="choices">{children}</p>}
    </div>
  );
}
