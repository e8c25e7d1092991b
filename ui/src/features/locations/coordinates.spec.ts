import { expect, it } from 'vitest';
import { coordinates, coordinateText, coordinateWords, mapAddress } from './coordinates';

const PARKING = { latitude: 47.5412, longitude: 15.682 };

it('says where on the globe a place is', () => {
  expect(coordinateWords(PARKING)).toBe('47.5412° N, 15.6820° E');
  expect(coordinateWords({ latitude: -33.8568, longitude: -151.2 })).toBe('33.8568° S, 151.2000° W');
});

it('gives it to any map', () => {
  expect(coordinateText({ latitude: 47.54120000001, longitude: 15.682 })).toBe('47.5412, 15.682');
  expect(mapAddress(PARKING)).toBe(
    'https://www.openstreetmap.org/?mlat=47.5412&mlon=15.682#map=16/47.5412/15.682',
  );
});

it('knows no place beyond the poles', () => {
  expect(coordinates(90.1, 0)).toBeNull();
  expect(coordinates(0, 180.1)).toBeNull();
  expect(coordinates(0, Number.NaN)).toBeNull();
  expect(coordinates(-90, 180)).toEqual({ latitude: -90, longitude: 180 });
});
