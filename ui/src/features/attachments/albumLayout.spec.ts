import { describe, expect, it } from 'vitest';
import { albumRows, pictureBox, rowCounts } from './albumLayout';

const wide = { width: 4000, height: 3000 };

describe('a single picture', () => {
  const check = (width: number | null, height: number | null, box: [number, number]): void =>
    expect(Object.values(pictureBox({ width, height }))).toEqual(box);

  it('fills the width when it is wide', () => check(4000, 3000, [360, 270]));
  it('fills the height when it is tall', () => check(3000, 6000, [210, 420]));
  it('stays as small as it is', () => check(200, 100, [200, 100]));
  it('can always be pressed', () =>
    check(10, 10, [120, 120].map((side, index) => (index ? 80 : side)) as [number, number]));
  it('is cut, not squeezed, when it is a long strip', () => check(10_000, 20, [360, 80]));
  it('is cut when it is a high strip', () => check(20, 10_000, [120, 420]));
  it('is taken for a usual one without sizes', () => check(null, null, [360, 270]));
  it('is taken for a usual one when the sender names nonsense', () => check(0, -5, [360, 270]));
});

describe('an album', () => {
  it('has rows of three, and nobody alone at the end', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(rowCounts)).toEqual([
      [1],
      [2],
      [3],
      [2, 2],
      [3, 2],
      [3, 3],
      [3, 2, 2],
      [3, 3, 2],
      [3, 3, 3],
      [3, 3, 2, 2],
    ]);
  });

  it('shows every picture once', () => {
    for (let count = 2; count <= 10; count += 1) {
      const rows = albumRows(Array.from({ length: count }, () => wide));
      expect(rows.flatMap((row) => row.columns)).toHaveLength(count);
    }
  });

  it('lets the first of three lead', () =>
    expect(albumRows([wide, wide, wide])[0]?.columns).toEqual([1.45, 1, 1]));

  it('is as high as its pictures ask for, within bounds', () => {
    const heights = (width: number, height: number): number[] =>
      albumRows([
        { width, height },
        { width, height },
      ]).map(({ ratio }) => Math.round(360 / ratio));
    expect(heights(4000, 3000)).toEqual([135]);
    expect(heights(1000, 3000)).toEqual([160]);
    expect(heights(9000, 1000)).toEqual([88]);
  });
});
