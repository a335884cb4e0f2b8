// The strip above the list that says what is not as it should be: no network, no server, a platform that does not answer.

import { age, type State } from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import type { Words } from "../words.ts";
import { seldomWords } from "./words.ts";

export interface NoticesProps {
  state: State;
  words: Words;
  onRetry: () => void;
  onServer: () => void;
  dismissed: readonly string[];
  onDismiss: (what: string) => void;
}

export function Notices({ state, words, onRetry, onServer, dismissed, onDismiss }: NoticesProps) {
  const { lang, platformName } = words;
  const t = seldomWords(words);
  const { status, entries } = state;
  const lines: { id: string; text: string; retry?: boolean }[] = [];
  if (entries.length > 0 && (status.phase === "offline" || status.phase === "error")) {
    const old = age(Date.now() - status.confirmedAt, lang);
    lines.push({
      id: status.phase,
      text: t(status.phase === "offline" ? "offline" : "broken", old),
      retry: status.phase === "error",
    });
  } else {
    for (const p of state.platforms) {
      if (p.state === "down" || p.state === "degraded") {
        const text = t(p.state === "down" ? "down_" : "degraded", platformName(p.id));
        lines.push({ id: `${p.id} ${p.state}`, text: p.reason ? `${text} (${p.reason})` : text });
      }
    }
  }
  if (state.unsaved) lines.push({ id: "unsaved", text: t("unsaved") });
  if (state.repaired) lines.push({ id: "repaired", text: t("repaired") });
  return (
    <div role="status">
      {lines
        .filter((l) => !dismissed.includes(l.id))
        .map((l) => (
          <div key={l.id} class="notice">
            <i class={`dot ${l.retry || l.id.endsWith(" down") ? "failing" : "late"}`} />
            <p>{l.text}</p>
            {l.retry && (
              <>
                <button type="button" class="button" onClick={onServer}>
                  {t("server")}
                </button>
                <button type="button" class="button" onClick={onRetry}>
                  {t("retry")}
                </button>
              </>
            )}
            <button type="button" class="icon" aria-label={t("close")} onClick={() => onDismiss(l.id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
    </div>
  );
}
