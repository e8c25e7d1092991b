// What a person does now, or when they were last here, in words: short for a header, exact enough to act on.
import { locale, m } from '~/i18n';
import type { Activity } from '~/ipc/bindings.gen';
import { clockTime, dateInWords, daysBetween, weekdayName } from './time';

const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;
const DAYS_WITH_NAMES = 6;

let minutes: { locale: string; formatter: Intl.NumberFormat } | null = null;

/** “5 min”, with the digits and the short form of the language. */
function inMinutes(count: number): string {
  if (minutes?.locale !== locale()) {
    const options: Intl.NumberFormatOptions = { style: 'unit', unit: 'minute', unitDisplay: 'short' };
    minutes = { locale: locale(), formatter: new Intl.NumberFormat(locale(), options) };
  }
  return minutes.formatter.format(count);
}

/** Empty when nothing is known, or the person does not show it. */
export function lastSeenWords(activity: Activity | null | undefined, now: number): string {
  if (activity === null || activity === undefined) return '';
  switch (activity.type) {
    case 'online':
      return m.people_online();
    case 'hidden':
      return '';
    case 'lastSeen':
      return seenWords(activity.payload, now);
  }
}

function seenWords(at: number, now: number): string {
  const passed = Math.floor((now - at) / MINUTE_MS);
  // The clock of the server may run a little ahead of this one.
  if (passed < 1) return m.people_seen_now();
  if (passed < MINUTES_PER_HOUR) return m.people_seen_ago({ time: inMinutes(passed) });
  const days = daysBetween(at, now);
  if (days === 0) return m.people_seen_today({ time: clockTime(at) });
  if (days === 1) return m.people_seen_yesterday({ time: clockTime(at) });
  if (days <= DAYS_WITH_NAMES) return m.people_seen_weekday({ day: weekdayName(at), time: clockTime(at) });
  return m.people_seen_date({ date: dateInWords(at, now) });
}
