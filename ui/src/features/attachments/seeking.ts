// The keys that go to a place in a sound or a film: arrows by five seconds, Home and End.
import { direction } from '~/i18n';

const STEP_MS = 5000;

/** Where a key goes to, in milliseconds; null for a key that is none of these. */
export function seekKey(event: KeyboardEvent, position: number, duration: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const rtl = direction() === 'rtl';
  let to: number;
  if (event.key === (rtl ? 'ArrowLeft' : 'ArrowRight')) to = position + STEP_MS;
  else if (event.key === (rtl ? 'ArrowRight' : 'ArrowLeft')) to = position - STEP_MS;
  else if (event.key === 'Home') to = 0;
  else if (event.key === 'End') to = duration;
  else return null;
  event.preventDefault();
  // The list walks through messages with some of these keys.
  event.stopPropagation();
  return Math.max(0, Math.min(duration, to));
}
