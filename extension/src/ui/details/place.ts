// Where a preview goes: beside its row, whole on the screen, and never over the row itself where there is room.

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

const gap = 8;

/** Left and top in px of something of a size beside a box: to its right, else to its left, else below or above it. */
export function beside(box: Box, size: Size, window: Size): { left: number; top: number } {
  const clamp = (v: number, most: number) => Math.max(gap, Math.min(v, most - gap));
  const right = box.left + box.width + gap;
  const left = box.left - gap - size.width;
  const top = clamp(box.top + box.height / 2 - size.height / 3, window.height - size.height);
  if (right >= gap && right + size.width + gap <= window.width) return { left: right, top };
  if (left >= gap) return { left: clamp(left, window.width - size.width), top };
  const below = box.top + box.height + gap;
  const above = box.top - gap - size.height;
  const centred = clamp(box.left + box.width / 2 - size.width / 2, window.width - size.width);
  const under = below + size.height + gap <= window.height || above < gap;
  return { left: centred, top: clamp(under ? below : above, window.height - size.height) };
}
