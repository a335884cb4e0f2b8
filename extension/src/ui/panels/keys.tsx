import type { PanelProps } from "./panels.tsx";

const keys = [
  ["k_move", "J", "K"],
  ["k_column", "H", "L"],
  ["k_number", "1", "9"],
  ["k_open", "Enter"],
  ["k_other", "O"],
  ["k_fav", "F"],
  ["k_hide", "X"],
  ["k_select", "S"],
  ["k_multi", "M"],
  ["k_copy", "C"],
  ["k_details", "I"],
  ["k_refresh", "R"],
  ["k_search", "/"],
  ["k_settings", ","],
  ["k_help", "?"],
  ["k_escape", "Esc"],
] as const;

/** The keys. */
export function KeysPanel({ t, port }: PanelProps) {
  return (
    <dl class="keys">
      {keys.map(([what, ...caps]) => (
        <>
          <dt>
            {caps.map((k) => (
              <kbd key={k}>{k}</kbd>
            ))}
          </dt>
          <dd>{t(what)}</dd>
        </>
      ))}
      {port.extension && (
        <>
          <dt>
            <kbd>Alt+Shift+O</kbd>
          </dt>
          <dd>{t("k_global")}</dd>
        </>
      )}
    </dl>
  );
}
