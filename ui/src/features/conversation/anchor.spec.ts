import { describe, expect, it } from 'vitest';
import { firstBelow, marksIn, scrollToKeep } from './anchor';

describe('keeping the place', () => {
  it('marks the rows in view by their distance from its top', () => {
    const rows = [
      { id: 'above', top: 0, bottom: 100 },
      { id: 'cut', top: 100, bottom: 200 },
      { id: 'whole', top: 200, bottom: 300 },
      { id: 'below', top: 500, bottom: 600 },
    ];
    expect(marksIn(rows, 150, 500)).toEqual([
      { id: 'cut', offset: -50 },
      { id: 'whole', offset: 50 },
    ]);
  });

  it('scrolls by exactly what grew above', () => {
    // The row stood 50 px above the top; 730 px were put before it.
    expect(scrollToKeep(300, 56 - 50 + 730, 56, -50, 10_000)).toBe(1030);
  });

  it('stays within what can be scrolled', () => {
    expect(scrollToKeep(300, 5000, 0, 0, 1200)).toBe(1200);
    expect(scrollToKeep(10, -500, 0, 0, 1200)).toBe(0);
  });

  it('finds the first row that ends below an edge, reading few of them', () => {
    let reads = 0;
    const bottomOf = (index: number): number => {
      reads += 1;
      return (index + 1) * 10;
    };
    expect(firstBelow(300, bottomOf, 1995)).toBe(199);
    expect(reads).toBeLessThan(12);
    expect(firstBelow(3, bottomOf, 1000)).toBe(3);
    expect(firstBelow(0, bottomOf, 0)).toBe(0);
  });
});
