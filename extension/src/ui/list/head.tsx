// A column's head: name, count, age of the data; the handle to move it by hand or by keys.

import type { PlatformView } from "../../model/index.ts";
import { Icon } from "../icons.tsx";
import { ageWords, Dot } from "../shell/dot.tsx";
import { named, type Words } from "../words.ts";

export interface HeadProps {
  id: string;
  label: string;
  count: number;
  words: Words;
  /** The column's platform. */
  platform: PlatformView | undefined;
  now: number;
  onMove: (by: number) => void;
  onHide: () => void;
}

export function Head({ id, label, count, words, platform, now, onMove, onHide }: HeadProps) {
  const { t } = words;
  return (
    <div class="head">
      <h2 class={platform && `p-${platform.id}`} data-bar={platform ? "" : undefined}>
        <button
          class="grip"
          draggable
          aria-label={t("moveColumn", label)}
          onDragStart={(e) => e.dataTransfer?.setData("application/x-onair-column", id)}
          onKeyDown={(e) => {
            const by = e.key === "ArrowLeft" ? -1 : e.key === "ArrowRight" ? 1 : 0;
            if (!e.altKey || !by) return;
            e.preventDefault();
            e.stopPropagation();
            onMove(by);
          }}
        >
          {label}
        </button>
      </h2>
      <span>
        {t("entries", count)}
        {platform && (
          <>
            <Dot platform={platform} now={now} words={words} />
            {ageWords(platform, now, words)}
          </>
        )}
      </span>
      <button class="icon hider" {...named(t("hideColumn", label))} onClick={onHide}>
        <Icon name="close" />
      </button>
    </div>
  );
}
