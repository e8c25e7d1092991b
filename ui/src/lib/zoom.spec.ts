import { describe, expect, it } from 'vitest';
import { nextZoom, zoomOfKey } from './zoom';

const key = (name: string, held: Partial<KeyboardEvent> = { ctrlKey: true }, code = '') => ({
  key: name,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

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
    ['+', 110],
    ['=', 110],
    ['-', 90],
    ['0', 100],
    ['a', null],
  ])('follows Ctrl %s', (name, wanted) => {
    expect(zoomOfKey(key(name), 100, false)).toBe(wanted);
  });

  it('follows the keys of the number pad, whatever they write', () => {
    expect(zoomOfKey(key('Add', { ctrlKey: true }, 'NumpadAdd'), 100, false)).toBe(110);
    expect(zoomOfKey(key('Insert', { ctrlKey: true }, 'Numpad0'), 150, false)).toBe(100);
  });

  it('follows Cmd on a Mac, and no other key there or elsewhere', () => {
    expect(zoomOfKey(key('+', { metaKey: true }), 100, true)).toBe(110);
    expect(zoomOfKey(key('+'), 100, true)).toBeNull();
    expect(zoomOfKey(key('+', { metaKey: true }), 100, false)).toBeNull();
    expect(zoomOfKey(key('0', { ctrlKey: true, altKey: true }), 100, false)).toBeNull();
    expect(zoomOfKey(key('0', {}), 100, false)).toBeNull();
  });
});
