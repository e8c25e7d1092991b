import { describe, expect, it } from 'vitest';
import type { Waiting } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { counts, countWords, outboxWords } from './words';

const NOW = new Date(2026, 10, 30, 12).getTime();

function words(waiting: Waiting, connection: 'online' | 'offline' | 'signedOut' = 'online'): string {
  const message = sampleMessage({ sentAt: NOW - 60_000, failure: { kind: 'tooLarge', text: null } });
  return outboxWords({ message, waiting }, { connection, now: NOW }).text;
}

describe('what the outbox says', () => {
  it('names what a message waits for, by how the connection stands', () => {
    expect(words({ type: 'line' }, 'offline')).toContain('as soon as there is a connection');
    expect(words({ type: 'line' })).toContain('being sent');
    expect(words({ type: 'line' }, 'signedOut')).toContain('signed in');
    expect(words({ type: 'turn' }, 'offline')).toContain('after the one above');
    expect(words({ type: 'answer' })).toContain('answer');
    expect(words({ type: 'answer' }, 'offline')).toContain('when the connection was lost');
    expect(words({ type: 'undo', payload: { until: NOW + 4200 } })).toContain('5 s');
  });

  it('says when the next try comes, and how often there was one', () => {
    const retry: Waiting = { type: 'retry', payload: { at: NOW + 30_000, attempts: 3 } };
    expect(words(retry)).toContain('30 s');
    expect(words(retry)).toContain('3 tries');
    expect(words(retry, 'offline'), 'nothing is tried without a connection').not.toContain('30 s');
  });

  it('says when a message for later goes, and that one that is due waits for a connection', () => {
    expect(words({ type: 'scheduled', payload: { at: NOW + 86_400_000 } })).toContain('tomorrow at 12:00');
    expect(words({ type: 'scheduled', payload: { at: NOW - 1 } }, 'offline')).toContain('connection');
  });

  it('gives the reason of a failure', () => {
    expect(words({ type: 'decision' })).toBe('Not sent: the text is too long.');
  });

  it('counts what waits, what is for later and what needs the person', () => {
    const of = (waiting: Waiting) => ({ message: sampleMessage(), waiting });
    const items = [
      of({ type: 'line' }),
      of({ type: 'turn' }),
      of({ type: 'decision' }),
      of({ type: 'scheduled', payload: { at: NOW } }),
    ];
    expect(counts(items)).toEqual({ waiting: 2, later: 1, failed: 1 });
    expect(countWords(items, 'all')).toBe('2 wait, 1 for later, 1 needs you');
    expect(countWords(items.slice(2, 3), 'chat')).toBe('1 failed');
  });
});
