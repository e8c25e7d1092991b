import { describe, expect, it } from 'vitest';
import { dayOf, firstWeekdayOf, monthGrid, moved, movedMonths, startOf } from './monthGrid';

const november = { year: 2026, month: 10, day: 20 };

describe('the calendar', () => {
  it('begins its weeks where the language does', () => {
    expect(monthGrid(november, 1)[0]).toEqual({ year: 2026, month: 9, day: 26 });
    expect(monthGrid(november, 7)[0]).toEqual({ year: 2026, month: 10, day: 1 });
    expect(monthGrid(november, 1)).toHaveLength(42);
    expect(firstWeekdayOf('de-DE')).toBe(1);
  });

  it('walks over the ends of months and years', () => {
    expect(moved({ year: 2026, month: 11, day: 31 }, 1)).toEqual({ year: 2027, month: 0, day: 1 });
    expect(movedMonths({ year: 2026, month: 0, day: 31 }, 1)).toEqual({ year: 2026, month: 1, day: 28 });
    expect(movedMonths({ year: 2026, month: 0, day: 5 }, -1)).toEqual({ year: 2025, month: 11, day: 5 });
  });

  it('names a day by its first moment', () => {
    expect(dayOf(startOf(november))).toEqual(november);
    expect(dayOf(startOf(november) - 1)).toEqual({ ...november, day: 19 });
  });
});
