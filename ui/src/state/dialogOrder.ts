// The one order of the chat list, here as in the engine, and how a sorted list takes in what changed.
import type { Dialog, DialogId } from '~/ipc/bindings.gen';

/** Pinned ones first, each in its place; then the latest activity; the id settles ties, so that two runs agree. */
export function compareDialogs(a: Dialog, b: Dialog): number {
  if (a.pinned !== b.pinned) {
    if (a.pinned === null) return 1;
    if (b.pinned === null) return -1;
    return a.pinned - b.pinned;
  }
  if (a.lastActivity !== b.lastActivity) return b.lastActivity - a.lastActivity;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** Place of the first row that does not stand before `dialog`: its own, where it is in `rows`. */
function placeOf(rows: readonly Dialog[], dialog: Dialog): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && compareDialogs(row, dialog) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From this many changes on, one walk over all rows is cheaper than a search and a shift for each. */
const FEW = 8;

/**
 * A copy of the sorted `rows` without `out`, which are rows of it, and with `put` in their places. A single change
 * costs a binary search and the copy: comparing it with all of 5,000 rows took longer than drawing it.
 */
export function withChanges(
  rows: readonly Dialog[],
  out: readonly Dialog[],
  put: readonly Dialog[],
): Dialog[] {
  if (out.length + put.length <= FEW) {
    const next = [...rows];
    for (const dialog of out) {
      const at = placeOf(next, dialog);
      if (next[at] === dialog) next.splice(at, 1);
    }
    for (const dialog of put) next.splice(placeOf(next, dialog), 0, dialog);
    return next;
  }
  const gone = new Set<DialogId>(out.map((dialog) => dialog.id));
  const sorted = [...put].sort(compareDialogs);
  const next: Dialog[] = [];
  let at = 0;
  for (const dialog of rows) {
    if (gone.has(dialog.id)) continue;
    for (let first = sorted[at]; first && compareDialogs(first, dialog) < 0; first = sorted[at]) {
      next.push(first);
      at += 1;
    }
    next.push(dialog);
  }
  next.push(...sorted.slice(at));
  return next;
}
