// Times and days as people say them. The order of words and the digits come from the locale; what counts as a day
// comes from the machine's own calendar. `now` is passed in so that rules can be tested.
import { locale, m } from '~/i18n';

const DAY_MS = 24 * 60 * 60 * 1000;

const FORMATS = {
  clock: { hour: '2-digit', minute: '2-digit' },
  clock12: { hour: 'numeric', minute: '2-digit' },
  full: { dateStyle: 'long', timeStyle: 'medium' },
  weekday: { weekday: 'long' },
  shortWeekday: { weekday: 'short' },
  dayOfYear: { weekday: 'long', day: 'numeric', month: 'long' },
  dayAndMonth: { day: 'numeric', month: 'long' },
  shortDay: { day: 'numeric', month: 'short' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  shortDate: { dateStyle: 'short' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

type Format = keyof typeof FORMATS;

/** Building a formatter costs far more than using it, and a list needs hundreds of labels. */
const formatters = new Map<Format, { locale: string; formatter: Intl.DateTimeFormat }>();

/** Twelve hours have one digit or two (7:05 PM), twenty-four always two (07:05). */
let twelve: { locale: string; yes: boolean } | null = null;

function twelveHours(): boolean {
  if (twelve?.locale !== locale()) {
    const { hour12 } = new Intl.DateTimeFormat(locale(), { hour: 'numeric' }).resolvedOptions();
    twelve = { locale: locale(), yes: hour12 === true };
  }
  return twelve.yes;
}

function format(name: Format, millis: number): string {
  let found = formatters.get(name);
  if (found?.locale !== locale()) {
    found = { locale: locale(), formatter: new Intl.DateTimeFormat(locale(), FORMATS[name]) };
    formatters.set(name, found);
  }
  return found.formatter.format(millis);
}

/** Whole calendar days from `earlier` to `later`; daylight saving makes some days 23 or 25 hours long. */
export function daysBetween(earlier: number, later: number): number {
  const start = (millis: number): number => {
    const date = new Date(millis);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return Math.round((start(later) - start(earlier)) / DAY_MS);
}

/** The same for every moment of one local day, different for all others. */
export function dayKey(millis: number): string {
  const date = new Date(millis);
  return `${String(date.getFullYear())}-${String(date.getMonth() + 1)}-${String(date.getDate())}`;
}

/** Hours and minutes. */
export function clockTime(millis: number): string {
  return format(twelveHours() ? 'clock12' : 'clock', millis);
}

/** Day and time in full, for names of things and the information of a message. */
export function fullTime(millis: number): string {
  return format('full', millis);
}

/** “Thursday”. */
export function weekdayName(millis: number): string {
  return format('weekday', millis);
}

/** Day and month; with the year only if it is another one. */
export function dateInWords(millis: number, now: number): string {
  const sameYear = new Date(millis).getFullYear() === new Date(now).getFullYear();
  return format(sameYear ? 'dayAndMonth' : 'date', millis);
}

/** The pill between days: Today, Yesterday, a weekday, then the date; with the year only if it is another one. */
export function dayLabel(millis: number, now: number): string {
  const days = daysBetween(millis, now);
  if (days === 0) return m.time_today();
  if (days === 1) return m.time_yesterday();
  if (days > 1 && days <= 6) return format('weekday', millis);
  if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
    return format('dayOfYear', millis);
  }
  return format('date', millis);
}

/** The time in the chat list: shorter the older it is. */
export function listTime(millis: number, now: number): string {
  const days = daysBetween(millis, now);
  // A clock that runs ahead must not turn a message of today into a date.
  if (days <= 0) return clockTime(millis);
  if (days === 1) return m.time_yesterday();
  if (days <= 6) return format('shortWeekday', millis);
  if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
    return format('shortDay', millis);
  }
  return format('shortDate', millis);
}

const MINUTE_S = 60;
const HOUR_S = 3600;

/** A length of time in one unit, rounded: “30 seconds”, “15 minutes”, “4 hours”. */
export function durationWords(seconds: number): string {
  const [value, unit] =
    seconds < MINUTE_S
      ? ([seconds, 'second'] as const)
      : seconds < HOUR_S
        ? ([Math.round(seconds / MINUTE_S), 'minute'] as const)
        : ([Math.round(seconds / HOUR_S), 'hour'] as const);
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
