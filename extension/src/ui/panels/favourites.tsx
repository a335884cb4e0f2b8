import { useState } from "preact/hooks";
import type { Favourite } from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import { named } from "../words.ts";
import { Block, Movers } from "./fields.tsx";
import type { PanelProps } from "./panels.tsx";

/** The favourites in their groups: order, names, who is in which. */
export function FavouritesPanel({ t, manage, state }: PanelProps) {
  const { favourites, groups } = state;
  const [name, setName] = useState("");
  const all = [...groups, { id: "", name: "" }];
  const row = (f: Favourite, i: number, people: readonly Favourite[]) => (
    <li key={f.id}>
      <span class="what">{f.name}</span>
      <small>{t("channels", f.keys.filter((k) => k.includes(":")).length || 1)}</small>
      {groups.length > 0 && (
        <select
          class="field"
          aria-label={t("groupOf", f.name)}
          value={f.group}
          onChange={(e) => manage.moveFavourite(f.id, e.currentTarget.value, null)}
        >
          {all.map((g) => (
            <option key={g.id} value={g.id}>
              {g.name || t("ungrouped")}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        class="icon bell"
        aria-pressed={!f.quiet}
        {...named(t("alertOf", f.name))}
        onClick={() => manage.alertOf(f.id, !!f.quiet)}
      >
        <Icon name="bell" />
      </button>
      <Movers
        up={t("up", f.name)}
        down={t("down", f.name)}
        onUp={i > 0 ? () => manage.moveFavourite(f.id, f.group, people[i - 1]?.id ?? null) : null}
        onDown={i < people.length - 1 ? () => manage.moveFavourite(f.id, f.group, people[i + 2]?.id ?? null) : null}
      />
      <button
        type="button"
        class="icon"
        aria-label={t("removeThing", f.name)}
        title={t("removeThing", f.name)}
        onClick={() => manage.removeFavourite(f.id)}
      >
        ✕
      </button>
    </li>
  );
  return (
    <>
      <p class="hint">{favourites.length ? t("favHint") : `${t("favHint")} ${t("noFavs")}`}</p>
      {all.map((g, at) => {
        const people = favourites.filter((f) => f.group === g.id);
        if (!g.id && !people.length) return null;
        return (
          <section key={g.id} class="set">
            {g.id ? (
              <div class="line-of">
                <input
                  class="field grow"
                  value={g.name}
                  maxLength={60}
                  aria-label={t("rename")}
                  onChange={(e) =>
                    e.currentTarget.value.trim() && manage.renameGroup(g.id, e.currentTarget.value.trim())
                  }
                />
                <Movers
                  up={t("up", g.name)}
                  down={t("down", g.name)}
                  onUp={at > 0 ? () => manage.moveGroup(g.id, -1) : null}
                  onDown={at < groups.length - 1 ? () => manage.moveGroup(g.id, 1) : null}
                />
                <button
                  type="button"
                  class="icon"
                  aria-label={t("removeThing", g.name)}
                  title={t("removeThing", g.name)}
                  onClick={() => manage.removeGroup(g.id)}
                >
                  ✕
                </button>
              </div>
            ) : (
              groups.length > 0 && <h3>{t("ungrouped")}</h3>
            )}
            {people.length > 0 && <ul class="items">{people.map(row)}</ul>}
          </section>
        );
      })}
      <Block title={t("newGroup")}>
        <form
          class="line-of"
          onSubmit={(e) => {
            e.preventDefault();
            if (name.trim() && manage.addGroup(name.trim())) setName("");
          }}
        >
          <input
            class="field grow"
            value={name}
            maxLength={60}
            aria-label={t("newGroup")}
            onInput={(e) => setName(e.currentTarget.value)}
          />
          <button type="submit" class="button">
            {t("add")}
          </button>
        </form>
      </Block>
    </>
  );
}
