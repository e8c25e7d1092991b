import { describe, expect, it } from 'vitest';
import { place, placeBeside, type Placement } from './place';

const ROOM = { width: 1000, height: 800 };
const SIZE = { width: 200, height: 300 };
const BELOW_START: Placement = { side: 'below', align: 'start', rtl: false, gap: 4 };

describe('a floating box', () => {
  it('starts at the start edge of its anchor, below it', () => {
    const placed = place({ left: 100, top: 100, width: 40, height: 40 }, SIZE, ROOM, BELOW_START);
    expect(placed).toMatchObject({ left: 100, top: 144, side: 'below', originX: 20 });
  });

  it('goes above when there is no room below', () => {
    const placed = place({ left: 100, top: 700, width: 40, height: 40 }, SIZE, ROOM, BELOW_START);
    expect(placed).toMatchObject({ top: 396, side: 'above' });
  });

  it('stays where it is wanted when neither side fits and the other is smaller', () => {
    const placed = place(
      { left: 0, top: 100, width: 40, height: 40 },
      { width: 200, height: 900 },
      ROOM,
      BELOW_START,
    );
    expect(placed.side).toBe('below');
    expect(placed.maxHeight).toBe(800 - 8 - 144);
  });

  it('never leaves the window', () => {
    const right = place({ left: 980, top: 0, width: 10, height: 10 }, SIZE, ROOM, BELOW_START);
    expect(right.left + SIZE.width).toBe(992);
    const left = place({ left: -50, top: 0, width: 10, height: 10 }, SIZE, ROOM, BELOW_START);
    expect(left.left).toBe(8);
  });

  it('starts at the right when the page runs from right to left', () => {
    const anchor = { left: 500, top: 100, width: 40, height: 40 };
    expect(place(anchor, SIZE, ROOM, { ...BELOW_START, rtl: true }).left).toBe(340);
    expect(place(anchor, SIZE, ROOM, { ...BELOW_START, rtl: true, align: 'end' }).left).toBe(500);
  });

  it('centres a tooltip over its anchor', () => {
    const anchor = { left: 500, top: 100, width: 40, height: 40 };
    const placed = place(anchor, { width: 100, height: 24 }, ROOM, {
      ...BELOW_START,
      side: 'above',
      align: 'center',
    });
    expect(placed).toMatchObject({ left: 470, top: 72, side: 'above', originX: 50 });
  });
});

describe('a box beside its row', () => {
  const row = { left: 100, top: 50, width: 200, height: 32 };
  const size = { width: 180, height: 100 };

  it('stands at the end of the row, top to top', () => {
    expect(placeBeside(row, size, { width: 800, height: 600 }, false)).toMatchObject({ left: 300, top: 50 });
  });

  it('goes to the other side where there is no room', () => {
    const late = { ...row, left: 400 };
    expect(placeBeside(late, size, { width: 640, height: 600 }, false).left).toBe(220);
  });

  it('begins on the left from right to left', () => {
    const late = { ...row, left: 400 };
    expect(placeBeside(late, size, { width: 900, height: 600 }, true).left).toBe(220);
  });

  it('never leaves the window', () => {
    const low = { ...row, top: 580 };
    const placed = placeBeside(low, size, { width: 380, height: 600 }, false);
    expect(placed.top).toBe(492);
    expect(placed.left).toBeGreaterThanOrEqual(8);
    expect(placed.left + size.width).toBeLessThanOrEqual(372);
  });
});
