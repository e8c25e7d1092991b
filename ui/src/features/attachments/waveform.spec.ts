import { expect, it } from 'vitest';
import { bars } from './waveform';

it('keeps the peaks when there are more levels than bars', () => {
  expect(bars([1, 9, 2, 3, 31, 0], 3)).toEqual([9, 3, 31]);
});

it('stretches when there are fewer', () => {
  expect(bars([4, 8], 4)).toEqual([4, 4, 8, 8]);
});

it('draws a low line for a sound of unknown shape', () => {
  expect(bars([], 2)).toEqual([7.75, 7.75]);
});

it('stays within bounds whatever the sender writes', () => {
  expect(bars([-4, 900], 2)).toEqual([0, 31]);
});
