// The head of the page: search, what is live in all, and the ways to everything else.

import type { RefObject } from "preact";
import { compact, type Filter, type State } from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import { named, type Words } from "../words.ts";

export interface TopProps {
  words: Words;
  state: State;
  search: RefObject<HTMLInputElement | null>;
  onFilter: (patch: Partial<Filter>) => void;
  onPanel: (panel: string) => void;
}

export function Top({ words, state, search, onFilter, onPanel }: TopProps) {
  const { t, lang } = words;
  const { q } = state.filter;
  const unread = state.missed.filter((m) => m.at > state.missedRead).length;
  return (
    <header class="top">
      <h1 class="logo">onair</h1>
      <search class="search">
        <input
          ref={search}
          type="search"
          value={q}
          maxLength={100}
          placeholder={t("searchHint")}
          aria-label={t("search")}
          autoComplete="off"
          spellcheck={false}
          onInput={(e) => onFilter({ q: e.currentTarget.value })}
        />
        {q ? (
          <button aria-label={t("clear")} onClick={() => onFilter({ q: "" })}>
            ✕
          </button>
        ) : (
          <kbd aria-hidden="true">/</kbd>
        )}
      </search>
      {state.total > 0 && (
        <p class="now">
          {t("live")} <b>{state.total.toLocaleString(lang)}</b> {t("streams")} · <b>{compact(state.viewers, lang)}</b>{" "}
          {t("people")}
        </p>
      )}
      <button class="tool" {...named(t("past"))} onClick={() => onPanel("day")}>
        <Icon name="past" />
      </button>
      <button
        class="tool"
        aria-label={unread ? t("missed", unread) : t("alerts")}
        title={t("alerts")}
        onClick={() => onPanel("alerts")}
      >
        <Icon name="bell" />
        {unread > 0 && <span class="n">{unread}</span>}
      </button>
      <button class="tool wide" aria-label={t("help")} title={`${t("help")} (?)`} onClick={() => onPanel("keys")}>
        <Icon name="keys" />
      </button>
      <button class="tool" {...named(t("settings"))} onClick={() => onPanel("look")}>
        <Icon name="gear" />
      </button>
    </header>
  );
}
