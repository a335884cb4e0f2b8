// Everything that is not the list: one drawer with a page per subject. Loaded when it is first opened.

import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ColumnSetting, Manage, State, Store } from "../../model/index.ts";
import { manage } from "../../model/manage.ts";
import type { Port } from "../../port.ts";
import { type Translate, translator } from "../i18n/translate.ts";
import { Icon } from "../icons.tsx";
import button from "../styles/button.css?url";
import { loadStyles } from "../styles/load.ts";
import type { Words } from "../words.ts";
import { AlertsPanel } from "./alerts.tsx";
import { ColumnsPanel } from "./columns.tsx";
import { DataPanel } from "./data.tsx";
import { FavouritesPanel } from "./favourites.tsx";
import { FiltersPanel } from "./filters.tsx";
import { HiddenPanel } from "./hidden.tsx";
import { KeysPanel } from "./keys.tsx";
import { LookPanel } from "./look.tsx";
import { PrivacyPanel } from "./privacy.tsx";
import { ServerPanel } from "./server.tsx";
import { panelWords } from "./words.ts";

export { default as styles } from "./panels.css?url";

void loadStyles(button);

export interface PanelsProps {
  panel: string;
  store: Store;
  state: State;
  port: Port;
  words: Words;
  columns: readonly ColumnSetting[];
  labelOf: (id: string) => string;
  onPanel: (panel: string) => void;
}

/** What each page gets. */
export interface PanelProps extends PanelsProps {
  t: Translate<keyof typeof panelWords.ko>;
  manage: Manage;
}

const pages = {
  filters: FiltersPanel,
  look: LookPanel,
  columns: ColumnsPanel,
  favourites: FavouritesPanel,
  hidden: HiddenPanel,
  alerts: AlertsPanel,
  server: ServerPanel,
  data: DataPanel,
  keys: KeysPanel,
  privacy: PrivacyPanel,
} satisfies Record<string, ComponentType<PanelProps>>;

type PageName = keyof typeof pages;

export function Panels(props: PanelsProps) {
  const { words, onPanel } = props;
  const t = useMemo(() => translator(panelWords[words.lang], words.lang), [words.lang]);
  const managed = useMemo(() => manage(props.store), [props.store]);
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const name = (Object.keys(pages) as PageName[]).find((p) => p === props.panel) ?? "look";
  const Page: ComponentType<PanelProps> = pages[name];

  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    body.current?.scrollTo(0, 0);
  }, [name]);

  return (
    <dialog
      ref={dialog}
      class="panels"
      aria-labelledby="panel-title"
      onClose={() => onPanel("")}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h2 id="panel-title">{t(name)}</h2>
        <button type="button" class="icon" aria-label={t("close")} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <nav aria-label={t("settings")}>
        {(Object.keys(pages) as PageName[]).map((p) => (
          <button key={p} type="button" aria-current={p === name ? "page" : undefined} onClick={() => onPanel(p)}>
            {t(p)}
          </button>
        ))}
      </nav>
      {/* A part that scrolls has to be reachable by keys. */}
      <div ref={body} class="body" tabIndex={0} role="region" aria-labelledby="panel-title">
        <Page {...props} t={t} manage={managed} />
      </div>
    </dialog>
  );
}
