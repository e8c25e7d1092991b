// Where a floating box goes beside what it belongs to: on the wanted side, on the other one when it does not fit
// there, and always inside the window. Pure, so that the corners can be tested without a page.

/** A rectangle in the window, in CSS px. A point is one without size. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Placement {
  side: 'below' | 'above';
  align: 'start' | 'center' | 'end';
  /** Start is the right edge. */
  rtl: boolean;
  /** Between the two, px. */
  gap: number;
}

export interface Placed {
  left: number;
  top: number;
  side: 'below' | 'above';
  /** The corner it grows from, for `transform-origin`. */
  originX: number;
  /** What remains for a box that is higher than the window; it scrolls then. */
  maxHeight: number;
}

/** Kept free along the edges of the window, px. */
const MARGIN = 8;

/** Places a box of the given size beside `anchor`. */
export function place(
  anchor: Box,
  size: { width: number; height: number },
  room: { width: number; height: number },
  wanted: Placement,
): Placed {
  const below = room.height - MARGIN - (anchor.top + anchor.height + wanted.gap);
  const above = anchor.top - wanted.gap - MARGIN;
  const space = wanted.side === 'below' ? below : above;
  const otherSpace = wanted.side === 'below' ? above : below;
  const flipped = size.height > space && otherSpace > space;
  const side = flipped ? (wanted.side === 'below' ? 'above' : 'below') : wanted.side;
  const maxHeight = Math.max(0, side === 'below' ? below : above);
  const height = Math.min(size.height, maxHeight);

  const atLeft = wanted.align === 'start' ? !wanted.rtl : wanted.rtl;
  const ideal =
    wanted.align === 'center'
      ? anchor.left + (anchor.width - size.width) / 2
      : atLeft
        ? anchor.left
        : anchor.left + anchor.width - size.width;
  const left = Math.max(MARGIN, Math.min(ideal, room.width - MARGIN - size.width));
  const top = side === 'below' ? anchor.top + anchor.height + wanted.gap : anchor.top - wanted.gap - height;

  const middle = anchor.left + anchor.width / 2;
  const originX = Math.max(0, Math.min(middle - left, size.width));
  return { left, top, side, originX, maxHeight };
}

/** Places a box beside `anchor`, its top at the anchor's own: a menu at the row it belongs to. */
export function placeBeside(
  anchor: Box,
  size: { width: number; height: number },
  room: { width: number; height: number },
  rtl: boolean,
): { left: number; top: number; maxHeight: number } {
  const right = anchor.left + anchor.width;
  const fitsRight = right + size.width <= room.width - MARGIN;
  const fitsLeft = anchor.left - size.width >= MARGIN;
  // In a window that is too narrow for both it covers its menu rather than leave the window.
  const toRight = rtl ? !fitsLeft && fitsRight : fitsRight || !fitsLeft;
  const ideal = toRight ? right : anchor.left - size.width;
  const maxHeight = room.height - 2 * MARGIN;
  const height = Math.min(size.height, maxHeight);
  return {
    left: Math.max(MARGIN, Math.min(ideal, room.width - MARGIN - size.width)),
    top: Math.max(MARGIN, Math.min(anchor.top, room.height - MARGIN - height)),
    maxHeight,
  };
}
