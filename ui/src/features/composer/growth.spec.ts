import { describe, expect, it } from 'vitest';
import { fieldHeight } from './growth';

describe('the height of the field', () => {
  it.each([
    [0, 20, false],
    [20, 20, false],
    [41, 40, false],
    [160, 160, false],
    [180, 160, true],
  ])('for %i px of text is %i px, scrolling: %s', (needed, height, scrolls) => {
    expect(fieldHeight(needed, 20)).toEqual({ height, scrolls });
  });
});
