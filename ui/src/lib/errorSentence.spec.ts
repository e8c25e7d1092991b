import { describe, expect, it } from 'vitest';
import type { IpcError } from '~/ipc/bindings.gen';
import { errorSentence, fieldSentences } from './errorSentence';

const EVERY_KIND: IpcError[] = [
  { kind: 'offline' },
  { kind: 'unreachable', host: 'api.example.com' },
  { kind: 'certificate', host: 'api.example.com' },
  { kind: 'proxy', host: 'proxy.example.com', problem: 'unreachable' },
  { kind: 'proxy', host: 'proxy.example.com', problem: 'login' },
  { kind: 'proxy', host: 'proxy.example.com', problem: 'refused' },
  { kind: 'proxy', host: 'proxy.example.com', problem: 'notAProxy' },
  { kind: 'credentials' },
  { kind: 'switchedOff' },
  { kind: 'notFound' },
  { kind: 'forbidden' },
  { kind: 'validation', fields: [{ field: 'login', message: 'is odd' }] },
  { kind: 'rateLimited', retryAfterMs: 2500 },
  { kind: 'server', status: 503, message: 'unavailable' },
  { kind: 'keysLocked' },
  { kind: 'wrongCode' },
  { kind: 'tooManyAttempts', waitMs: 4000 },
  { kind: 'keychainUnavailable' },
  { kind: 'wrongPassphrase' },
  { kind: 'localBackend', message: 'port in use' },
  { kind: 'invalidInput', field: 'apiUrl' },
  { kind: 'tooMany', limit: 5 },
  { kind: 'unsupportedPicture' },
  { kind: 'unsafeFile' },
  { kind: 'microphone', reason: 'missing' },
  { kind: 'microphone', reason: 'notAllowed' },
  { kind: 'microphone', reason: 'busy' },
  { kind: 'microphone', reason: 'failed' },
  { kind: 'tooShort' },
  { kind: 'storage', message: 'no space left on device' },
  { kind: 'internal', message: 'channel closed' },
];

describe('the sentence of an error', () => {
  it.each(EVERY_KIND)('ends as a sentence and has no hole: $kind', (error) => {
    const sentence = errorSentence(error);
    expect(sentence).toMatch(/^\p{Lu}.+\.$/u);
    expect(sentence).not.toMatch(/undefined|null|NaN|\{/u);
  });

  it('differs for every kind', () => {
    expect(new Set(EVERY_KIND.map((error) => errorSentence(error))).size).toBe(EVERY_KIND.length);
  });

  it('names the host that does not answer', () => {
    expect(errorSentence({ kind: 'unreachable', host: 'chat.example.com' })).toContain('chat.example.com');
  });

  it('rounds the time to wait up', () => {
    expect(errorSentence({ kind: 'rateLimited', retryAfterMs: 1200 })).toContain('2 seconds');
    expect(errorSentence({ kind: 'rateLimited', retryAfterMs: 0 })).toContain('1 second ');
    expect(errorSentence({ kind: 'rateLimited', retryAfterMs: 90_000 })).toContain('2 minutes');
  });

  it('does not double the full stop of a cause', () => {
    expect(errorSentence({ kind: 'storage', message: 'disk full.' })).not.toContain('..');
  });

  it('takes the words of the screen where it knows more', () => {
    expect(errorSentence({ kind: 'notFound' }, { notFound: 'Nobody has this login.' })).toBe(
      'Nobody has this login.',
    );
  });

  it('hides the insides of a defect', () => {
    expect(errorSentence(new TypeError('x is undefined'))).not.toContain('undefined');
  });
});

describe('the sentences of fields', () => {
  const names = { login: 'login', password: 'password', full_name: 'name' } as const;
  const refused = (field: string, message: string): IpcError => ({
    kind: 'validation',
    fields: [{ field, message }],
  });

  it.each([
    ['login', 'has already been taken', 'login', /already in use/],
    ['password', 'is too short (minimum is 8 characters)', 'password', /at least 8/],
    ['full_name', 'is too long (maximum is 255 characters)', 'name', /at most 255/],
    ['login', 'is invalid', 'login', /not accepted/],
    ['login', 'looks like a reserved word', 'login', /^Looks like a reserved word\.$/],
  ] as const)('%s “%s” stands on the field %s', (field, message, own, expected) => {
    expect(fieldSentences(refused(field, message), names)[own]).toMatch(expected);
  });

  it('leave out what the form does not show', () => {
    expect(fieldSentences(refused('base', 'is odd'), names)).toEqual({});
    expect(fieldSentences(refused('toString', 'is odd'), names)).toEqual({});
    expect(fieldSentences({ kind: 'offline' }, names)).toEqual({});
  });
});
