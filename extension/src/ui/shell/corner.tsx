// What comes up at the foot of the page, where it moves no row: the first greeting, what is not as it should be, what was just done.

import type { State, Store, Undo } from "../../model/index.ts";
import type { Commands } from "../commands.ts";
import button from "../styles/button.css?url";
import { loadStyles } from "../styles/load.ts";
import type { Words } from "../words.ts";
import { Notices } from "./notices.tsx";
import { Welcome } from "./welcome.tsx";
import { seldomWords } from "./words.ts";

export { default as styles } from "./corner.css?url";

void loadStyles(button);

const done = {
  hide: "hideDone",
  unhide: "unhideDone",
  star: "starDone",
  unstar: "unstarDone",
  import: "importDone",
  reset: "resetDone",
  group: "groupDone",
} as const;

export interface CornerProps {
  words: Words;
  state: State;
  store: Store;
  undo: Undo | null;
  message: string;
  picked: number;
  dismissed: readonly string[];
  onPanel: (panel: string) => void;
  act: (what: (commands: Commands) => void) => void;
}

export function Corner({ words, state, store, undo, message, picked, dismissed, onPanel, act }: CornerProps) {
  const t = seldomWords(words);
  return (
    <>
      <Notices
        state={state}
        words={words}
        onRetry={() => store.retry()}
        onServer={() => onPanel("server")}
        dismissed={dismissed}
        onDismiss={(what) => act((c) => c.dismiss(what))}
      />
      {!state.prefs.onboarded && (
        <Welcome words={words} prefs={state.prefs} onPrefs={(patch) => store.setPrefs(patch)} />
      )}
      <div class="toasts">
        <div role="status">
          {message && <p class="toast">{message}</p>}
          {undo && (
            <p class="toast">
              {t(done[undo.what], undo.name)}
              <button type="button" class="button" onClick={() => store.undo()}>
                {t("undo")}
              </button>
            </p>
          )}
        </div>
        {picked > 0 && (
          <p class="toast">
            <button type="button" class="button main" onClick={() => act((c) => c.together())}>
              {t("together", picked)}
            </button>
            <button type="button" class="button" onClick={() => act((c) => c.deselect())}>
              {t("deselect")}
            </button>
          </p>
        )}
      </div>
    </>
  );
}
