// “today at 18:00”, “tomorrow at 09:00”, “Friday 4 December at 09:00”: when a message is to be sent, in a sentence.
import { m } from '~/i18n';
import { clockTime, dateInWords, daysBetween, weekdayName } from '~/lib/time';
import { dayWord } from './times';

/** Days ahead that are named by their weekday alone. */
const WEEK = 6;

export function laterWords(at: number, now: number): string {
  const time = clockTime(at);
  switch (dayWord(at, now)) {
    case 'today':
      return m.schedule_today_at({ time });
    case 'tomorrow':
      return m.schedule_tomorrow_at({ time });
    case 'date': {
      const day = daysBetween(now, at) <= WEEK ? weekdayName(at) : dateInWords(at, now);
      return m.schedule_day_at({ day, time });
    }
  }
}
