import { describe, expect, it } from 'vitest';
import { minutesOf, timeOf } from './dayTime';

describe('a time of the day', () => {
  it('is written with two digits each', () => {
    expect([0, 65, 1439].map(timeOf)).toEqual(['00:00', '01:05', '23:59']);
  });

  it('is read as fields and people write it', () => {
    expect(['21:30', '9.05', ' 07:00:00 '].map(minutesOf)).toEqual([1290, 545, 420]);
    expect(['', '24:00', '12:60', 'noon', '1:5', '-1:00'].map(minutesOf)).toEqual(Array(6).fill(null));
  });
});
