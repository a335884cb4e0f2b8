// An answer of the server for as long as a part of the page needs it: asked for again at intervals, when the network is back, and when
// somebody returns to the page. The last good one stays until another question is asked.

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Answer, DayTrouble } from "../../model/day.ts";

/** A server that is starting has a list within seconds. */
const startingAgain = 3000;

interface Asked<T> {
  readonly key: string;
  readonly value?: T;
  readonly trouble?: DayTrouble;
}

/** `key` names the question; `every` ms it is asked again, 0 never. With a value and a trouble the value is an old one. */
export function useAnswer<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
  every: number,
): Asked<T> & { again: () => void } {
  const [asked, setAsked] = useState<Asked<T>>({ key });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let timer: ReturnType<typeof setTimeout> | undefined;
    void ask(signal).then((answer) => {
      if (signal.aborted) return;
      setAsked((before) => {
        const old = before.key === key ? before.value : undefined;
        return answer.value !== undefined || old === undefined
          ? { key, ...answer }
          : { key, value: old, ...(answer.trouble && { trouble: answer.trouble }) };
      });
      const wait = answer.trouble === "starting" ? startingAgain : every;
      if (wait) timer = setTimeout(() => document.visibilityState === "visible" && again(), wait);
    });
    addEventListener("online", again, { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && every && again(), {
      signal,
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
    // `ask` is named by `key`.
  }, [key, round, every, again]);
  return { ...asked, again };
}
