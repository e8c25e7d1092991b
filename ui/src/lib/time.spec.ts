import { beforeEach, describe, expect, it } from 'vitest';
import { speak } from '~/i18n/language.svelte';
import { clockTime, dayKey, dayLabel, daysBetween, listTime } from './time';

const NOW = new Date(2026, 10, 20, 10, 45).getTime(); // a Friday
const on = (...parts: [number, number, number, number?, number?]): number => {
  const [year, month, day, hour = 9, minute = 12] = parts;
  return new Date(year, month - 1, day, hour, minute).getTime();
};

beforeEach(() => speak('en-GB'));

describe('the day between messages', () => {
  it.each([
    [on(2026, 11, 20, 0, 1), 'Today'],
    [on(2026, 11, 19, 23, 59), 'Yesterday'],
    [on(2026, 11, 18), 'Wednesday'],
    [on(2026, 11, 14), 'Saturday'],
    [on(2026, 11, 13), 'Friday 13 November'],
    [on(2025, 11, 20), '20 November 2025'],
  ])('%i is %s', (at, label) => {
    expect(dayLabel(at, NOW).replace(',', '')).toBe(label);
  });
});

describe('the time in the list', () => {
  it.each([
    [on(2026, 11, 20), '09:12'],
    [on(2026, 11, 19), 'Yesterday'],
    [on(2026, 11, 14), 'Sat'],
    [on(2026, 11, 13), '13 Nov'],
    [on(2025, 11, 12), '12/11/2025'],
  ])('%i is %s', (at, label) => {
    expect(listTime(at, NOW)).toBe(label);
  });

  it('stays a time of day when the clock of the sender runs ahead', () => {
    expect(listTime(on(2026, 11, 21, 0, 5), NOW)).toBe('00:05');
  });
});

describe('calendar days', () => {
  it('are told apart by the local date, not by 24 hours', () => {
    expect(daysBetween(on(2026, 11, 19, 23, 59), on(2026, 11, 20, 0, 1))).toBe(1);
    expect(dayKey(on(2026, 11, 20, 0, 0))).toBe(dayKey(on(2026, 11, 20, 23, 59)));
    expect(dayKey(on(2026, 11, 20))).not.toBe(dayKey(on(2026, 11, 21)));
  });

  it('are told by the clock of the place: two digits of twenty-four hours, or one of twelve', async () => {
    expect(clockTime(on(2026, 11, 20, 7, 5))).toBe('07:05');
    await speak('en-US');
    expect(clockTime(on(2026, 11, 20, 19, 5)).replace('\u202f', ' ')).toBe('7:05 PM');
  });
});
