import { describe, expect, it } from 'vitest';
import { moved, outputSide, sideOf, wholeCrop, zoomed, zoomLimit, zoomSteps, type Crop } from './crop';

const WIDE = { width: 1200, height: 800 };

/** Edges of the square: left, top, right, bottom. */
function edges(crop: Crop, picture = WIDE): number[] {
  const half = sideOf(picture, crop) / 2;
  return [crop.x - half, crop.y - half, crop.x + half, crop.y + half];
}

describe('the square that is taken', () => {
  it('is at first the largest one, in the middle', () => {
    expect(edges(wholeCrop(WIDE))).toEqual([200, 0, 1000, 800]);
  });

  it('follows the hand: what is dragged to the right shows what was further left', () => {
    expect(edges(moved(WIDE, wholeCrop(WIDE), 0.1, 0))).toEqual([120, 0, 920, 800]);
  });

  it('never leaves the picture', () => {
    expect(edges(moved(WIDE, wholeCrop(WIDE), 9, 9))).toEqual([0, 0, 800, 800]);
    expect(edges(moved(WIDE, wholeCrop(WIDE), -9, -9))).toEqual([400, 0, 1200, 800]);
    const corner = moved(WIDE, zoomed(WIDE, wholeCrop(WIDE), 4), -9, -9);
    expect(edges(zoomed(WIDE, corner, 1))).toEqual([400, 0, 1200, 800]);
  });

  it('keeps what lies under the pointer there while it is enlarged', () => {
    const crop = wholeCrop(WIDE);
    const at = { x: 0.25, y: 0.75 };
    const point = (of: Crop): number[] => {
      const [left = 0, top = 0] = edges(of);
      return [left + at.x * sideOf(WIDE, of), top + at.y * sideOf(WIDE, of)];
    };
    expect(point(zoomed(WIDE, crop, 2, at))).toEqual(point(crop));
  });

  it('has a limit, so that a face stays one', () => {
    expect(zoomed(WIDE, wholeCrop(WIDE), 100).zoom).toBe(8);
    expect(zoomLimit({ width: 192, height: 500 })).toBe(2);
    expect(zoomLimit({ width: 20, height: 20 })).toBe(1);
    expect(zoomed(WIDE, wholeCrop(WIDE), 0.1).zoom).toBe(1);
  });
});

describe('the picture that is sent', () => {
  it.each([
    [{ width: 4000, height: 3000 }, 1, 640],
    [{ width: 4000, height: 3000 }, 8, 375],
    [{ width: 300, height: 500 }, 1, 300],
    [{ width: 1, height: 1 }, 1, 1],
  ])('of %j enlarged %i times has an edge of %i', (picture, zoom, side) => {
    expect(outputSide(picture, zoomed(picture, wholeCrop(picture), zoom))).toBe(side);
  });
});

describe('the steps of the slider', () => {
  it('go from the whole square to the limit', () => {
    const steps = zoomSteps(WIDE, 21);
    expect(steps).toHaveLength(21);
    expect(steps[0]).toBe(1);
    expect(steps.at(-1)).toBeCloseTo(8);
  });

  it('stand still for a picture that cannot be enlarged', () => {
    expect(new Set(zoomSteps({ width: 50, height: 50 }, 3))).toEqual(new Set([1]));
  });
});
