// Opens the page: the stored list first, the network after it was painted.

import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/list.css";
import { render } from "preact";
import { createStore } from "../model/index.ts";
import type { Port } from "../port.ts";
import { App } from "./app.tsx";
import { languageOf } from "./i18n/translate.ts";
import { applyLook } from "./look.ts";
import { loadWords } from "./words.ts";

export async function open(port: Port): Promise<void> {
  const store = createStore(port);
  const language = (chosen: Parameters<typeof languageOf>[0]) => loadWords(languageOf(chosen, navigator.language));
  // Beside the reading of what is stored; once more only when the mirror was wrong.
  await Promise.all([store.ready, language(wear.lang)]);
  const { prefs } = store.get();
  await Promise.all([language(prefs.lang), applyLook(prefs)]);
  render(<App store={store} port={port} />, document.getElementById("app") as HTMLElement);
  // A frame later the first paint is on the screen.
  requestAnimationFrame(() => setTimeout(() => store.start()));
}
