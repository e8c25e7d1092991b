import { describe, expect, it } from 'vitest';
import { onDay, parseClock, presets } from './times';

/** Local time, as the rules are. */
const moment = (day: number, hour: number, minute = 0): number =>
  new Date(2026, 10, day, hour, minute).getTime();

const named = (now: number): string[] => presets(now).map((preset) => preset.id);

describe('times a message can be put off to', () => {
  it('are those that still lie ahead', () => {
    // The 30th of November 2026 is a Monday.
    expect(named(moment(30, 10))).toEqual(['hour', 'evening', 'morning', 'monday']);
    expect(named(moment(30, 17, 30))).toEqual(['hour', 'morning', 'monday']);
    expect(named(moment(29, 12)), 'on Sunday tomorrow is Monday').toEqual(['hour', 'evening', 'morning']);
  });

  it('fall on whole hours, and the next hour on five minutes', () => {
    const now = moment(30, 10, 2);
    expect(Object.fromEntries(presets(now).map(({ id, at }) => [id, at]))).toEqual({
      hour: moment(30, 11, 5),
      evening: moment(30, 18),
      morning: moment(31, 9),
      monday: moment(37, 9),
    });
  });

  it('can be typed as people write them', () => {
    const time = (hour: number, minute: number) => ({ hour, minute });
    expect(parseClock('9')).toEqual(time(9, 0));
    expect(parseClock(' 09:05 ')).toEqual(time(9, 5));
    expect(parseClock('0930')).toEqual(time(9, 30));
    expect(parseClock('21.15')).toEqual(time(21, 15));
    expect(parseClock('9:30 PM')).toEqual(time(21, 30));
    expect(parseClock('12 am')).toEqual(time(0, 0));
    expect(parseClock('12 pm')).toEqual(time(12, 0));
    for (const wrong of ['', 'soon', '25', '9:75', '13 pm', '9:3'])
      expect(parseClock(wrong), wrong).toBeNull();
  });

  it('are moments of a day', () => {
    expect(onDay(moment(5, 23), { hour: 7, minute: 10 })).toBe(moment(5, 7, 10));
  });
});
