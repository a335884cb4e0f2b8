import { useState } from "preact/hooks";
import { categoryName } from "../../model/index.ts";
import { Block, Movers, Switch } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

const dragged = "application/x-onair-column";

/** Which columns are shown, and in which order. */
export function ColumnsPanel({ t, store, words, columns, labelOf }: PanelProps) {
  const [over, setOver] = useState(-1);
  const put = (id: string, to: number) => {
    const next = columns.filter((c) => c.id !== id);
    const column = columns.find((c) => c.id === id);
    if (column) next.splice(to, 0, column);
    store.setPrefs({ columns: next });
  };
  const categories = store.counts().categories.filter((c) => !columns.some((o) => o.id === `c:${c.id}`));
  const add = (id: string) => {
    if (id) store.setPrefs({ columns: [...columns, { id: `c:${id}`, hidden: false }] });
  };
  return (
    <>
      <Block title={t("columns")} hint={t("columnsHint")}>
        <ol class="items">
          {columns.map((c, i) => {
            const name = labelOf(c.id);
            return (
              <li
                key={c.id}
                class={over === i ? "over" : ""}
                draggable
                onDragStart={(e) => e.dataTransfer?.setData(dragged, c.id)}
                onDragOver={(e) => {
                  if (!e.dataTransfer?.types.includes(dragged)) return;
                  e.preventDefault();
                  setOver(i);
                }}
                onDragEnd={() => setOver(-1)}
                onDrop={(e) => {
                  e.preventDefault();
                  put(e.dataTransfer?.getData(dragged) ?? "", i);
                  setOver(-1);
                }}
              >
                <div class="what">
                  <Switch
                    label={name}
                    checked={!c.hidden}
                    onChange={(on) =>
                      store.setPrefs({ columns: columns.map((o) => (o.id === c.id ? { ...o, hidden: !on } : o)) })
                    }
                  />
                </div>
                <Movers
                  up={t("up", name)}
                  down={t("down", name)}
                  onUp={i > 0 ? () => put(c.id, i - 1) : null}
                  onDown={i < columns.length - 1 ? () => put(c.id, i + 1) : null}
                />
                {c.id.startsWith("c:") && (
                  <button
                    type="button"
                    class="icon"
                    aria-label={t("removeThing", name)}
                    onClick={() => store.setPrefs({ columns: columns.filter((o) => o.id !== c.id) })}
                  >
                    ✕
                  </button>
                )}
              </li>
            );
          })}
        </ol>
      </Block>
      <Block title={t("addCategory")}>
        <select class="field" aria-label={t("addCategory")} value="" onChange={(e) => add(e.currentTarget.value)}>
          <option value="">{t("choose")}</option>
          {categories.slice(0, 100).map((c) => (
            <option key={c.id} value={c.id}>
              {categoryName(c, words.lang)} ({c.entries})
            </option>
          ))}
        </select>
      </Block>
    </>
  );
}
