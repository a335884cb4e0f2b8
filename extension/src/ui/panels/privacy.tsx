import type { PanelProps } from "./panels.tsx";

/** What happens to what. */
export function PrivacyPanel({ t, state }: PanelProps) {
  return (
    <div class="prose">
      <p>{t("p1")}</p>
      <p>{t("p2")}</p>
      <p>{t("p3", state.server)}</p>
      <p>{t("p4")}</p>
      <p>{t("p5")}</p>
      <p>{t("p6")}</p>
    </div>
  );
}
