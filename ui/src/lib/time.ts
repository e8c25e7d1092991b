// Times and days as people say them. The order of words and the digits come from the locale; what counts as a day
// comes from the machine's own calendar. `now` is passed in so that rules can be tested.
import { locale, m } from '~/i18n';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Building a formatter costs far more than using it, and a list needs hundreds of labels. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale(), options);
    formatters.set(key, found);
  }
  return found;
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
  return formatter({ hour: '2-digit', minute: '2-digit' }).format(millis);
}

/** Day and time in full, for names of things and the information of a message. */
export function fullTime(millis: number): string {
  return formatter({ dateStyle: 'long', timeStyle: 'medium' }).format(millis);
}

/** The pill between days: Today, Yesterday, a weekday, then the date; with the year only if it is another one. */
export function dayLabel(millis: number, now: number): string {
  const days = daysBetween(millis, now);
  if (days === 0) return m.time_today();
  if (days === 1) return m.time_yesterday();
  if (days > 1 && days <= 6) return formatter({ weekday: 'long' }).format(millis);
  if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
    return formatter({ weekday: 'long', day: 'numeric', month: 'long' }).format(millis);
  }
  return formatter({ day: 'numeric', month: 'long', year: 'numeric' }).format(millis);
}

/** The time in the chat list: shorter the older it is. */
export function listTime(millis: number, now: number): string {
  const days = daysBetween(millis, now);
  // A clock that runs ahead must not turn a message of today into a date.
  if (days <= 0) return clockTime(millis);
  if (days === 1) return m.time_yesterday();
  if (days <= 6) return formatter({ weekday: 'short' }).format(millis);
  if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
    return formatter({ day: 'numeric', month: 'short' }).format(millis);
  }
  return formatter({ dateStyle: 'short' }).format(millis);
}
