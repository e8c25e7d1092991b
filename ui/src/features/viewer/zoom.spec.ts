import { describe, expect, it } from 'vitest';
import { fitted, held, largest, WHOLE, zoomed } from './zoom';

const picture = { width: 4000, height: 3000 };
const room = { width: 1000, height: 750 };
const middle = { x: 0, y: 0 };

it('shows a large picture as a whole and a small one as it is', () => {
  expect(fitted(picture, room)).toEqual({ width: 1000, height: 750 });
  expect(fitted({ width: 100, height: 50 }, room)).toEqual({ width: 100, height: 50 });
  expect(fitted({ width: 0, height: 0 }, room)).toEqual({ width: 0, height: 0 });
});

it('stops where pixels can be counted, and never below the whole', () => {
  expect(largest(picture, room)).toBe(16);
  expect(zoomed(WHOLE, 1000, middle, picture, room).scale).toBe(16);
  expect(zoomed(WHOLE, 0.1, middle, picture, room)).toEqual(WHOLE);
  expect(largest({ width: 10, height: 10 }, room)).toBe(4);
});

describe('a point that is zoomed at', () => {
  it('stays under the pointer', () => {
    const point = { x: 200, y: -100 };
    const zoom = zoomed(WHOLE, 2, point, picture, room);
    // The pixel that was at the point: (200, −100) of the whole, twice as far from the middle, moved back.
    expect(zoom).toEqual({ scale: 2, x: -200, y: 100 });
  });
});

it('does not let the picture be lost', () => {
  expect(held({ scale: 2, x: 9000, y: -9000 }, picture, room)).toEqual({ scale: 2, x: 500, y: -375 });
  expect(held({ scale: 1, x: 50, y: 50 }, picture, room)).toEqual(WHOLE);
});
