// The days of one month in whole weeks, and which way of walking through them leads where.

export interface Day {
  year: number;
  /** 0 is January. */
  month: number;
  day: number;
}

/** Six weeks always, so that the calendar keeps its height; days of the neighbours stand at both ends. */
export const WEEKS = 6;

export function dayOf(at: number): Day {
  const date = new Date(at);
  return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate() };
}

/** The first moment of a day, in the time of this computer. */
export function startOf({ year, month, day }: Day): number {
  return new Date(year, month, day).getTime();
}

export function sameDay(a: Day, b: Day): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day;
}

/** Days and months beyond the ends go over into the next ones. */
export function moved({ year, month, day }: Day, days: number): Day {
  return dayOf(new Date(year, month, day + days).getTime());
}

/** The same day of another month, or its last one. */
export function movedMonths({ year, month, day }: Day, months: number): Day {
  const last = new Date(year, month + months + 1, 0).getDate();
  return dayOf(new Date(year, month + months, Math.min(day, last)).getTime());
}

/** `firstWeekday`: 1 is Monday, 7 Sunday. */
export function monthGrid({ year, month }: Day, firstWeekday: number): Day[] {
  const first = new Date(year, month, 1).getDay() || 7;
  const before = (first - firstWeekday + 7) % 7;
  return Array.from({ length: WEEKS * 7 }, (_, index) => moved({ year, month, day: 1 }, index - before));
}

/** The day weeks begin with where this language is spoken; Monday where that is not known. */
export function firstWeekdayOf(locale: string): number {
  type WithWeek = Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  const known = new Intl.Locale(locale) as WithWeek;
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1;
}
