// How long there are no notifications, in words.
import { locale, m } from '~/i18n';

/** Ends only when the person ends it; the shell uses the same number. */
export const QUIET_ALWAYS = Number.MAX_SAFE_INTEGER;

/** Whether there are none at `now`; both in unix milliseconds. */
export function isQuiet(until: number | null, now: number): boolean {
  return until !== null && until > now;
}

/** “Until 18:30”, with the weekday when that is not today; at most some days from `now`. */
export function quietWords(until: number, now: number): string {
  if (until === QUIET_ALWAYS) return m.quiet_always();
  const form: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (new Date(until).toDateString() !== new Date(now).toDateString()) form.weekday = 'short';
  return m.quiet_until({ time: new Intl.DateTimeFormat(locale(), form).format(until) });
}
