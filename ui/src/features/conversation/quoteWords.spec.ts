import { expect, it } from 'vitest';
import type { Quote } from '~/ipc/bindings.gen';
import { quoteWords } from './quoteWords';

const words = (change: Partial<Quote>): string =>
  quoteWords({ messageId: 'a', senderId: 2, text: '', attachment: null, ...change });

it('says what the original says', () => expect(words({ text: 'at *seven*' })).toBe('at seven'));
it('says what hangs on an original without words', () => {
  const hung = { count: 1, name: null, durationMs: null };
  expect(words({ attachment: { ...hung, kind: 'image', count: 3 } })).toBe('3 photos');
  expect(words({ attachment: { ...hung, kind: 'voice', durationMs: 14_000 } })).toBe('Voice message, 0:14');
  expect(words({ attachment: { ...hung, kind: 'file', name: 'Route.gpx' } })).toBe('Route.gpx');
  expect(words({ attachment: { ...hung, kind: 'location', name: 'The hut' } })).toBe('Location · The hut');
  expect(words({ text: 'the view', attachment: { ...hung, kind: 'image' } })).toBe('the view');
});
it('is not empty where nobody says anything', () => expect(words({})).toBe('Attachment'));
