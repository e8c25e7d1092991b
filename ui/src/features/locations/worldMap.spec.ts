import { describe, expect, it } from 'vitest';
import { countryAt, drawMap, loadWorld } from './worldMap';

const CARD = { width: 320, height: 128 };

const world = await loadWorld();

describe('the country of a place', () => {
  const check = (latitude: number, longitude: number, name: string | null): void =>
    expect(countryAt(world, { latitude, longitude })).toBe(name);

  it('is found inland', () => check(47.5412, 15.682, 'Austria'));
  it('is found south of the equator', () => check(-33.87, 151.1, 'Australia'));
  it('is not the one around it', () => check(-29.5, 28.3, 'Lesotho'));
  it('is found beyond the date line', () => check(66.5, -177, 'Russia'));
  it('is found at the pole', () => check(-89, 170, 'Antarctica'));
  it('is none at sea', () => {
    check(0, -30, null);
    check(62, -25, null);
  });
});

describe('the picture of a place', () => {
  const labels = (latitude: number, longitude: number): string[] =>
    drawMap(world, { latitude, longitude }, CARD).labels.map((label) => label.text);

  it('names the country the place is in', () => expect(labels(47.5412, 15.682)).toContain('Austria'));

  it('shows something even far from every coast and border', () => {
    for (const [latitude, longitude] of [
      [0, -30],
      [62, 95],
      [-25, 133],
      [89, 0],
      [-90, 0],
      [90, 180],
    ] as const) {
      const picture = drawMap(world, { latitude, longitude }, CARD);
      expect(picture.land, `${String(latitude)} ${String(longitude)}`).toMatch(/^M/);
      expect(picture.land).not.toContain('NaN');
      expect(picture.graticule).not.toContain('NaN');
    }
  });

  it('goes on across the date line', () => {
    const fiji = drawMap(world, { latitude: -17, longitude: 179.9 }, CARD);
    const other = drawMap(world, { latitude: -17, longitude: -179.9 }, CARD);
    expect(fiji.land.length).toBeGreaterThan(100);
    expect(other.land.length).toBeGreaterThan(100);
  });

  it('keeps names apart, away from the marker and from the edge', () => {
    const picture = drawMap(world, { latitude: 46.8, longitude: 9.8 }, CARD);
    for (const label of picture.labels) {
      expect(Math.abs(label.x - 160) >= 48 || Math.abs(label.y - 46) >= 28).toBe(true);
      expect(label.x).toBeGreaterThan(30);
      expect(label.x).toBeLessThan(290);
    }
  });
});
