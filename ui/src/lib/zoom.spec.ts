import { describe, expect, it } from 'vitest';
import { nextZoom, zoomOfShortcut } from './zoom';

describe('the size of the page', () => {
  it('goes through its steps and ends where they end', () => {
    expect(nextZoom(100, 'larger')).toBe(110);
    expect(nextZoom(100, 'smaller')).toBe(90);
    expect(nextZoom(300, 'larger')).toBe(300);
    expect(nextZoom(50, 'smaller')).toBe(50);
    // Written by hand, or by another version.
    expect(nextZoom(137, 'larger')).toBe(150);
    expect(nextZoom(137, 'smaller')).toBe(125);
  });

  it.each([
    ['zoomIn', 150],
    ['zoomOut', 110],
    ['zoomReset', 100],
    ['palette', null],
    [null, null],
  ])('follows the shortcut %s', (id, wanted) => {
    expect(zoomOfShortcut(id, 125)).toBe(wanted);
  });
});
