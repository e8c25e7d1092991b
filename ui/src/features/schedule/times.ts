// Moments a message can be put off to: those people mean most, and what a time that was typed says.
import { daysBetween } from '~/lib/time';

export type PresetId = 'hour' | 'evening' | 'morning' | 'monday';

export interface Preset {
  id: PresetId;
  at: number;
}

const EVENING_HOUR = 18;
const MORNING_HOUR = 9;
/** An evening that begins within this time is now, not later. */
const SOON_MS = 60 * 60_000;
const HOUR_MS = 60 * 60_000;
const FIVE_MINUTES_MS = 5 * 60_000;
const MONDAY = 1;

function atHour(now: number, days: number, hour: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour).getTime();
}

/** In an hour (to five minutes), this evening, tomorrow morning, Monday morning: those that make sense now. */
export function presets(now: number): Preset[] {
  const list: Preset[] = [{ id: 'hour', at: Math.ceil((now + HOUR_MS) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS }];
  const evening = atHour(now, 0, EVENING_HOUR);
  if (evening - now > SOON_MS) list.push({ id: 'evening', at: evening });
  list.push({ id: 'morning', at: atHour(now, 1, MORNING_HOUR) });
  const weekday = new Date(now).getDay();
  const toMonday = (MONDAY - weekday + 7) % 7 || 7;
  if (toMonday > 1) list.push({ id: 'monday', at: atHour(now, toMonday, MORNING_HOUR) });
  return list;
}

const TYPED = /^\s*(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?\s*$/iu;

/** “9”, “9:30”, “0930”, “9.30 pm”: hours and minutes; null for what is no time. */
export function parseClock(text: string): { hour: number; minute: number } | null {
  const found = TYPED.exec(text);
  if (!found) return null;
  let hour = Number(found[1]);
  const minute = Number(found[2] ?? '0');
  const half = found[3]?.toLowerCase();
  if (half !== undefined && (hour < 1 || hour > 12)) return null;
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

/** That time on the day of `day`. */
export function onDay(day: number, { hour, minute }: { hour: number; minute: number }): number {
  const date = new Date(day);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute).getTime();
}

/** How far a moment is away, as far as a sentence words it. */
export function dayWord(at: number, now: number): 'today' | 'tomorrow' | 'date' {
  const days = daysBetween(now, at);
  if (days <= 0) return 'today';
  return days === 1 ? 'tomorrow' : 'date';
}
