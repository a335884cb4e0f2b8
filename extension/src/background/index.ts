// The extension's worker: alerts, the number on the icon, and sync. No DOM, no state: Chrome starts it for an event and ends
// it after. Listeners are registered at once, as Chrome demands.

import { chromeWorker } from "../chrome.ts";
import { addressOf, changed, look, settingsOf, wanted } from "./look.ts";
import { synchronise, syncPause } from "./syncing.ts";

const port = chromeWorker();

/** One look at a time: two that begin from the same memory would say the same thing twice. */
const lookNow = () => navigator.locks.request("look", () => look(port, fetch, new Date()));

/** The alarm runs only while something needs it. */
async function arm(): Promise<void> {
  const { settings } = settingsOf((await port.read(["settings"])).settings, port.server);
  await port.alarm(wanted(settings));
}

let syncTimer: ReturnType<typeof setTimeout> | undefined;

function syncSoon(): void {
  clearTimeout(syncTimer);
  syncTimer = setTimeout(() => void synchronise(port).catch(() => {}), syncPause); // no network, or too many writes: with the next change
}

port.setUpAction();
port.onAlarm(() => void lookNow());
port.onNotificationClick((id) => port.openTab(addressOf(id) || port.listPage()));
port.watch((stored) => {
  if ("settings" in stored) {
    void arm()
      .then(() => changed(port))
      .then((news) => (news ? lookNow() : undefined));
    syncSoon();
  } else if ("missedRead" in stored || "missedCleared" in stored) void lookNow();
});
port.sync.watch((changed) => {
  if ("head" in changed) syncSoon();
});
void arm();
syncSoon();
