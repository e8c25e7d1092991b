import { beforeEach, describe, expect, it } from 'vitest';
import { speak } from '~/i18n/language.svelte';
import type { Activity } from '~/ipc/bindings.gen';
import { lastSeenWords } from './lastSeen';

const NOW = new Date(2026, 10, 20, 10, 45).getTime(); // a Friday
const MINUTE = 60_000;
const seen = (at: number): Activity => ({ type: 'lastSeen', payload: at });
const on = (...parts: [number, number, number, number?, number?]): number => {
  const [year, month, day, hour = 18, minute = 2] = parts;
  return new Date(year, month - 1, day, hour, minute).getTime();
};

beforeEach(() => speak('en-GB'));

describe('what a person does now', () => {
  it('is said in one word while they are here', () => {
    expect(lastSeenWords({ type: 'online' }, NOW)).toBe('online');
  });

  it.each([[undefined], [null], [{ type: 'hidden' } as const]])('is not said when it is %j', (activity) => {
    expect(lastSeenWords(activity, NOW)).toBe('');
  });
});

describe('when a person was last here', () => {
  it.each([
    [NOW - 59_000, 'last seen just now'],
    [NOW - MINUTE, 'last seen 1 min ago'],
    [NOW - 5 * MINUTE - 59_000, 'last seen 5 mins ago'],
    [NOW - 59 * MINUTE, 'last seen 59 mins ago'],
    [NOW - 60 * MINUTE, 'last seen today at 09:45'],
    [on(2026, 11, 20, 0, 0), 'last seen today at 00:00'],
    [on(2026, 11, 19), 'last seen yesterday at 18:02'],
    [on(2026, 11, 18), 'last seen Wednesday at 18:02'],
    [on(2026, 11, 14), 'last seen Saturday at 18:02'],
    [on(2026, 11, 13), 'last seen 13 November'],
    [on(2025, 11, 20), 'last seen 20 November 2025'],
  ])('%i is “%s”', (at, words) => {
    expect(lastSeenWords(seen(at), NOW)).toBe(words);
  });

  it('counts minutes across midnight', () => {
    const shortly = new Date(2026, 10, 20, 0, 10).getTime();
    expect(lastSeenWords(seen(on(2026, 11, 19, 23, 50)), shortly)).toBe('last seen 20 mins ago');
  });

  it('is now when the clock of the server runs ahead', () => {
    expect(lastSeenWords(seen(NOW + 5 * MINUTE), NOW)).toBe('last seen just now');
  });

  it('takes the hours and the order of day and month from the place', async () => {
    await speak('en-US');
    expect(lastSeenWords(seen(on(2026, 11, 19)), NOW).replace('\u202f', ' ')).toBe(
      'last seen yesterday at 6:02 PM',
    );
    expect(lastSeenWords(seen(on(2026, 11, 13)), NOW)).toBe('last seen November 13');
  });
});
