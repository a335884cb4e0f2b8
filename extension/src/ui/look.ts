// Puts the chosen look on the page, and leaves a mirror of it for theme.js, which runs before anything else at the next opening.

import type { Prefs } from "../model/index.ts";
import { loadStyles } from "./styles/load.ts";

const load = async (name: "contrast" | "dense" | "narrow") => loadStyles((await import("./styles/seldom.ts"))[name]);

/** Loads what only narrow windows need; done when it is. */
export async function loadNarrow(): Promise<void> {
  if (innerWidth <= 900) await load("narrow");
}

/** Done when seldom used styles are loaded. */
export async function applyLook({ theme, contrast, motion, lang, density }: Prefs): Promise<void> {
  const look = { theme, contrast, motion, lang };
  wear(look);
  const seldom = [loadNarrow()];
  if (density !== "comfortable") seldom.push(load("dense"));
  if (document.documentElement.dataset.contrast) seldom.push(load("contrast"));
  try {
    localStorage.setItem("onair.look", JSON.stringify(look));
  } catch {
    // Without storage the first paint has the system's look.
  }
  await Promise.all(seldom);
}
