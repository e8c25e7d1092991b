// The arithmetic of the three columns: which of them stand side by side, and how wide the list is.

/** Below this one column is shown at a time, px. */
export const ONE_COLUMN = 640;
/** The list can be dragged between these, px. */
export const LIST_MIN = 260;
export const LIST_MAX = 420;
/** Pictures only; for windows that have room for two columns but not for both in full, px. */
export const LIST_COMPACT = 76;
/** Dragged below this the list snaps to pictures, px. */
const SNAP = 170;
/** What a width means that was never dragged, px. */
const UNTOUCHED = 320;

function tight(windowWidth: number): boolean {
  return windowWidth >= ONE_COLUMN && windowWidth < 900;
}

/** Width of the list in a window; the remembered one unless it was never changed. */
export function listWidth(windowWidth: number, remembered: number): number {
  if (tight(windowWidth) && remembered === LIST_COMPACT) return LIST_COMPACT;
  if (remembered !== UNTOUCHED && remembered >= LIST_MIN) return Math.min(LIST_MAX, remembered);
  if (windowWidth >= 1200) return UNTOUCHED;
  return windowWidth >= 900 ? 300 : 280;
}

/** What dragging the edge to `wanted` px makes of it. */
export function draggedWidth(windowWidth: number, wanted: number): number {
  if (tight(windowWidth) && wanted < SNAP) return LIST_COMPACT;
  return Math.round(Math.min(LIST_MAX, Math.max(LIST_MIN, wanted)));
}
