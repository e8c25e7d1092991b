import { describe, expect, it } from 'vitest';
import type { Message } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { compareMessages, mergeMessages } from './order';

function at(id: string, sentAt: number, text = id): Message {
  return sampleMessage({ id, senderId: 1, text, sentAt });
}

const survey = { index: 0, kind: 'file', name: 'survey.bin', size: 60 };
const paused = { type: 'paused', payload: { sent: 0, total: 60 } };

const ids = (items: Message[]): string[] => items.map((item) => item.id);

describe('the order of messages', () => {
  it('is by whole seconds, so that milliseconds of one clock do not beat the id', () => {
    expect(compareMessages(at('b', 1_000), at('a', 1_999))).toBeGreaterThan(0);
    expect(compareMessages(at('b', 1_000), at('a', 2_000))).toBeLessThan(0);
  });

  it('puts arrivals where they belong, before, between and after', () => {
    const items = [at('b', 2000), at('d', 4000)];
    expect(ids(mergeMessages(items, [at('e', 5000), at('a', 1000), at('c', 3000)]))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  it('replaces a message by its later version without moving the others', () => {
    const items = [at('a', 1000), at('b', 2000)];
    const merged = mergeMessages(items, [at('a', 1000, 'read')]);
    expect(merged.map((item) => item.text)).toEqual(['read', 'b']);
    expect(merged[1]).toBe(items[1]);
  });

  it('is idempotent: the same arrivals twice leave one of each', () => {
    const once = mergeMessages([], [at('a', 1000), at('a', 1000)]);
    expect(mergeMessages(once, [at('a', 1000)])).toBe(once);
  });

  it.each([
    ['an edit', { editedAt: 5 }],
    ['a deletion', { deleted: true }],
    ['a reaction', { reactions: [{ emoji: '👍', count: 1, mine: false }] }],
    ['a quote', { reply: { messageId: 'x', senderId: 2, text: 'x', attachment: null } }],
    ['a file that stands still', { attachments: [{ ...survey, file: paused }] }],
    ['a field', { fields: [{ name: 'a', value: 'b' }] }],
  ] as const)('takes %s as a later version', (_what, change) => {
    const before = { ...at('a', 1000), attachments: [{ ...survey, file: { type: 'waiting' } }] } as Message;
    const items = [before];
    const later = { ...structuredClone(before), ...structuredClone(change) } as unknown as Message;
    const merged = mergeMessages(items, [later]);
    expect(merged[0]).toBe(later);
    expect(mergeMessages(merged, [structuredClone(later)])).toBe(merged);
  });

  it('keeps the very array when nothing arrived', () => {
    const items = [at('a', 1000)];
    expect(mergeMessages(items, [])).toBe(items);
  });
});
