import { afterEach, describe, expect, it } from 'vitest';
import { LANGUAGES, direction, inDigits, locale, m, nameOf } from '.';
import { directionOf, speak, tagFor } from './language.svelte';

afterEach(() => speak('en'));

describe('the language of the window', () => {
  it('is the first of the system that there is a catalogue for', () => {
    expect(tagFor(null, ['fr-CH', 'de-CH', 'en'])).toBe('de-CH');
  });

  it('is English on a system that speaks none of them', () => {
    expect(tagFor(null, ['fr-CH', 'ja'])).toBe('en');
    expect(tagFor(null, [])).toBe('en');
  });

  it('is the chosen one, with the dates and numbers of the system’s region', () => {
    expect(tagFor('de', ['en-GB'])).toBe('de-GB');
    expect(tagFor('de', ['en-GB', 'de-AT'])).toBe('de-AT');
    expect(tagFor('de', ['en'])).toBe('de');
  });

  it('is the system’s again when the chosen one has no catalogue', () => {
    expect(tagFor('xx', ['de-AT'])).toBe('de-AT');
  });

  it('does not stumble over what systems call languages', () => {
    expect(tagFor('de', ['C', 'en_US.UTF-8'])).toBe('de');
  });

  it('is the one asked for last, however long the files take', async () => {
    await Promise.all([speak('de-AT'), speak('en-GB')]);
    expect(locale()).toBe('en-GB');
    expect(m.common_close()).toBe('Close');
  });

  it('is named in itself, with a capital', () => {
    expect(LANGUAGES.map(nameOf)).toEqual(['English', 'Deutsch', 'Español', 'Українська', 'العربية']);
  });

  it('runs from right to left in Arabic alone', () => {
    expect(directionOf('ar-EG')).toBe('rtl');
    expect(directionOf('de')).toBe('ltr');
    expect(direction()).toBe('ltr');
  });
});

describe('a sentence', () => {
  it('speaks the language of the moment, even through a function taken before', async () => {
    const close = m.common_close;
    expect(close()).toBe('Close');
    await speak('de');
    expect(close()).toBe('Schließen');
  });

  it('takes the form of its number, and its digits from the language', async () => {
    expect(m.chats_unread({ count: 1 })).toBe('1 unread message');
    expect(m.chats_unread({ count: 12_480 })).toBe('12,480 unread messages');
    await speak('de');
    expect(m.chats_unread({ count: 1 })).toBe('1 ungelesene Nachricht');
    expect(m.chats_unread({ count: 12_480 })).toBe('12.480 ungelesene Nachrichten');
  });

  it('knows the four forms of Ukrainian', async () => {
    await speak('uk');
    const said = [1, 3, 5, 21, 1.5].map((count) => m.chats_unread({ count }));
    expect(said).toEqual([
      '1 непрочитане повідомлення',
      '3 непрочитані повідомлення',
      '5 непрочитаних повідомлень',
      '21 непрочитане повідомлення',
      '1,5 непрочитаного повідомлення',
    ]);
  });

  it('knows the six forms of Arabic, and its digits where the region uses them', async () => {
    await speak('ar-EG');
    const said = [0, 1, 2, 3, 11, 100].map((count) => m.chats_unread({ count }));
    expect(said).toEqual([
      'لا رسائل غير مقروءة',
      'رسالة واحدة غير مقروءة',
      'رسالتان غير مقروءتين',
      '٣ رسائل غير مقروءة',
      '١١ رسالة غير مقروءة',
      '١٠٠ رسالة غير مقروءة',
    ]);
    await speak('ar-MA');
    expect(m.chats_unread({ count: 11 })).toBe('11 رسالة غير مقروءة');
  });

  it('keeps a name of the other direction together', async () => {
    const inEnglish = m.conversation_typing_name({ name: 'ليلى' });
    expect(inEnglish).toBe('\u2068ليلى\u2069 is typing…');
    expect(m.conversation_typing_name({ name: 'Olena' })).toBe('Olena is typing…');
    await speak('ar');
    expect(m.conversation_typing_name({ name: 'Olena' })).toBe('\u2068Olena\u2069 يكتب…');
    expect(m.conversation_typing_name({ name: 'ليلى' })).toBe('ليلى يكتب…');
  });

  it('leaves text alone that only looks like a number', () => {
    expect(m.diagnostics_from({ id: '5187204' })).toBe('from person 5187204');
  });
});

it('numbers outside sentences have the same digits', async () => {
  expect(inDigits(12_480)).toBe('12,480');
  await speak('de');
  expect(inDigits(12_480)).toBe('12.480');
});
