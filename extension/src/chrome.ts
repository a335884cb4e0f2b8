// Where the extension runs. The only file that touches chrome.*.

import type { Port, Storage, WorkerPort } from "./port.ts";

/** Used until another is chosen; a build for a public server sets it. */
const server: string = import.meta.env.VITE_ONAIR_SERVER ?? "http://127.0.0.1:8080";

const alarmName = "look";
const panel = __TARGET__ === "panel";
/** What the list's address ends with where it is a popup: browsers without a side panel. */
export const popupMark = "?popup";
const listPage = panel ? "panel.html" : "newtab.html";

function storage(area: "local" | "sync"): Storage {
  return {
    read: (keys) => chrome.storage[area].get(keys ? [...keys] : null),
    async write(items) {
      const set = Object.entries(items).filter(([, v]) => v !== undefined);
      const gone = Object.keys(items).filter((k) => items[k] === undefined);
      if (set.length) await chrome.storage[area].set(Object.fromEntries(set));
      if (gone.length) await chrome.storage[area].remove(gone);
    },
    watch(told) {
      const heard = (changes: Record<string, chrome.storage.StorageChange>, where: string) => {
        if (where === area) told(Object.fromEntries(Object.entries(changes).map(([k, c]) => [k, c.newValue])));
      };
      chrome.storage.onChanged.addListener(heard);
      return () => chrome.storage.onChanged.removeListener(heard);
    },
  };
}

export function chromePort(): Port {
  return {
    ...storage("local"),
    extension: true,
    server,
    open(url, how) {
      if (how === "tab") void chrome.tabs.create({ url });
      else if (how === "window") void chrome.windows.create({ url });
      else void chrome.tabs.update({ url });
    },
    askNotify: () => chrome.permissions.request({ permissions: ["notifications"] }).catch(() => false),
    askReach: (pattern) => chrome.permissions.request({ origins: [pattern] }).catch(() => false),
  };
}

export function chromeWorker(): WorkerPort {
  return {
    ...storage("local"),
    server,
    sync: storage("sync"),
    onAlarm: (then) => chrome.alarms.onAlarm.addListener((a) => a.name === alarmName && then()),
    async alarm(on) {
      const set = await chrome.alarms.get(alarmName); // alarms do not always outlive the browser
      if (on && !set) await chrome.alarms.create(alarmName, { periodInMinutes: 1 });
      if (!on && set) await chrome.alarms.clear(alarmName);
    },
    mayNotify: () => chrome.permissions.contains({ permissions: ["notifications"] }),
    notify: (id, title, message) =>
      void chrome.notifications?.create(id, { type: "basic", iconUrl: "icons/128.png", title, message }),
    onNotificationClick(then) {
      const listen = () =>
        chrome.notifications?.onClicked.addListener((id) => {
          chrome.notifications.clear(id);
          then(id);
        });
      listen(); // absent until the permission is given
      chrome.permissions.onAdded.addListener((p) => p.permissions?.includes("notifications") && listen());
    },
    badge(text, color) {
      void chrome.action.setBadgeBackgroundColor({ color });
      void chrome.action.setBadgeText({ text });
    },
    openTab: (url) => void chrome.tabs.create({ url }),
    setUpAction() {
      if (!panel) chrome.action.onClicked.addListener(() => void chrome.tabs.create({ url: listPage }));
      else if (chrome.sidePanel) void chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });
      else void chrome.action.setPopup({ popup: `${listPage}${popupMark}` });
    },
    language: () => chrome.i18n.getUILanguage(),
    listPage: () => listPage,
  };
}
