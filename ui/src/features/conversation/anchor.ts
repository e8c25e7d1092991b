// The arithmetic of staying in place: what is looked at keeps its distance from the top of the view, whatever grows
// or goes above it. WebKitGTK has no `overflow-anchor`, and where it exists two authorities would fight.

/** A row that was on the screen and where its top stood, in px below the top of the view. */
export interface Mark {
  id: string;
  offset: number;
}

/** Where one looks in a conversation; null at the newest. */
export type Place = Mark | null;

/** A measured row: top and bottom in the same frame as the view. */
export interface Measured {
  id: string;
  top: number;
  bottom: number;
}

/** The rows in view, first one first. The later ones stand in when the first is gone. */
export function marksIn(rows: Measured[], viewTop: number, viewBottom: number): Mark[] {
  return rows
    .filter((row) => row.bottom > viewTop && row.top < viewBottom)
    .map((row) => ({ id: row.id, offset: row.top - viewTop }));
}

/** Where to scroll so that the row at `top` (in the frame of the view) stands at `offset` again. */
export function scrollToKeep(
  scrollTop: number,
  top: number,
  viewTop: number,
  offset: number,
  most: number,
): number {
  return Math.min(most, Math.max(0, scrollTop + (top - viewTop) - offset));
}

/** Index of the first row whose bottom lies below `edge`; rows are in order. Reads as few rows as possible. */
export function firstBelow(count: number, bottomOf: (index: number) => number, edge: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bottomOf(middle) > edge) high = middle;
    else low = middle + 1;
  }
  return low;
}
