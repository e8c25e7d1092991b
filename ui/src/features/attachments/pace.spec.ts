import { expect, it } from 'vitest';
import { Pace } from './pace';

function paceOf(samples: [number, number][]): Pace {
  const pace = new Pace();
  for (const [at, bytes] of samples) pace.see(bytes, at);
  return pace;
}

it('says nothing before it has looked for a while', () => {
  expect(paceOf([[0, 0]]).secondsLeft(100)).toBeNull();
  expect(
    paceOf([
      [0, 0],
      [500, 50],
    ]).secondsLeft(100),
  ).toBeNull();
});

it('divides the rest by the rate', () => {
  expect(
    paceOf([
      [0, 0],
      [2000, 200],
    ]).secondsLeft(500),
  ).toBe(3);
});

it('forgets how fast it was long ago', () => {
  const pace = paceOf([
    [0, 0],
    [1000, 10_000],
    [10_000, 10_100],
    [12_000, 10_300],
    [16_000, 10_700],
  ]);
  expect(pace.secondsLeft(10_800)).toBe(1);
});

it('begins anew when the bytes do', () => {
  const pace = paceOf([
    [0, 0],
    [4000, 4000],
    [5000, 0],
  ]);
  expect(pace.secondsLeft(100)).toBeNull();
});
