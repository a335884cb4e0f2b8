/** Where to scroll so that what lies at `y`, `size` px high, is wholly visible; `top` itself when it already is. */
export function reveal(y: number, size: number, top: number, height: number): number {
  if (y < top) return y;
  if (y + size > top + height) return Math.max(0, y + size - height);
  return top;
}
