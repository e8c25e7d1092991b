import { describe, expect, it } from 'vitest';
import type { Edge, Message } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { RowBuilder, type Row } from './rows';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const END: Edge = { type: 'end' };

function said(
  id: string,
  senderId: number,
  minutes: number,
  text = id,
  change: Partial<Message> = {},
): Message {
  return sampleMessage({ id, senderId, text, sentAt: NOON + minutes * MINUTE, ...change });
}

/** A row as one word: the kind, or the ids of a group with the place of each. */
function words(rows: Row[]): string[] {
  return rows.map((row) =>
    row.kind === 'group'
      ? row.bubbles.map((bubble) => `${bubble.message.id}:${bubble.place}`).join(' ')
      : row.kind,
  );
}

function build(
  items: Message[],
  more: { divider?: string; before?: Edge; builder?: RowBuilder } = {},
): Row[] {
  return (more.builder ?? new RowBuilder()).build({
    items,
    me: 1,
    divider: more.divider === undefined ? null : { beforeId: more.divider, count: 2 },
    before: more.before ?? END,
    after: END,
  });
}

describe('rows of a conversation', () => {
  it('joins messages of one sender that are less than five minutes apart', () => {
    const rows = build([said('a', 2, 0), said('b', 2, 4), said('c', 2, 8), said('d', 2, 13)]);
    expect(words(rows)).toEqual(['day', 'a:first b:middle c:last', 'd:only']);
  });

  it('begins a group with another sender', () => {
    expect(words(build([said('a', 2, 0), said('b', 1, 1), said('c', 2, 2)]))).toEqual([
      'day',
      'a:only',
      'b:only',
      'c:only',
    ]);
  });

  it('begins a group and shows the day when the date changes', () => {
    const rows = build([said('a', 2, 11 * 60 + 59), said('b', 2, 12 * 60 + 1)]);
    expect(words(rows)).toEqual(['day', 'a:only', 'day', 'b:only']);
  });

  it('splits a group at the unread line', () => {
    expect(words(build([said('a', 2, 0), said('b', 2, 1)], { divider: 'b' }))).toEqual([
      'day',
      'a:only',
      'unread',
      'b:only',
    ]);
  });

  it('ends a group with big emoji, which leave the shape to the bubbles before them', () => {
    const rows = build([said('a', 2, 0), said('b', 2, 1), said('e', 2, 2, '🎉'), said('c', 2, 3)]);
    expect(words(rows)).toEqual(['day', 'a:first b:last e:last', 'c:only']);
  });

  it('keeps a failed message in its group', () => {
    const rows = build([said('a', 1, 0), said('b', 1, 1, 'b', { status: 'failed' }), said('c', 1, 2)]);
    expect(words(rows)).toEqual(['day', 'a:first b:middle c:last']);
  });

  it('lets what happened stand between groups, a line of its own', () => {
    const rows = build([said('a', 2, 0), said('s', 2, 1, '', { system: { type: 'left' } }), said('b', 2, 2)]);
    expect(words(rows)).toEqual(['day', 'a:only', 'system', 'b:only']);
  });

  it('shows a gap at the edge that has one', () => {
    const rows = build([said('a', 2, 0)], { before: { type: 'gap', payload: { reason: 'offline' } } });
    expect(words(rows)).toEqual(['gap', 'day', 'a:only']);
  });

  it('keeps the key of a group that grows at either end', () => {
    const builder = new RowBuilder();
    const key = (rows: Row[]): string | undefined => rows.find((row) => row.kind === 'group')?.key;
    const first = key(build([said('b', 2, 1)], { builder }));
    expect(key(build([said('b', 2, 1), said('c', 2, 2)], { builder }))).toBe(first);
    expect(key(build([said('a', 2, 0), said('b', 2, 1), said('c', 2, 2)], { builder }))).toBe(first);
  });

  it('gives every group a key of its own when one is split', () => {
    const builder = new RowBuilder();
    const items = [said('a', 2, 0), said('b', 2, 1), said('c', 2, 2)];
    build(items, { builder });
    const rows = build(items, { builder, divider: 'b' });
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('gives back the very rows that did not change', () => {
    const builder = new RowBuilder();
    const items = [said('a', 2, 0), said('b', 1, 1)];
    const before = build(items, { builder });
    const after = build([...items, said('c', 2, 2)], { builder });
    expect(after[1]).toBe(before[1]);
    expect(after[2]).toBe(before[2]);
  });

  it('draws again only the bubble that changed within a group', () => {
    const builder = new RowBuilder();
    const items = [said('a', 2, 0), said('b', 2, 1)];
    const [, before] = build(items, { builder });
    const [, after] = build([said('a', 2, 0, 'edited'), ...items.slice(1)], { builder });
    if (before?.kind !== 'group' || after?.kind !== 'group') throw new Error('two groups expected');
    expect(after.bubbles[0]).not.toBe(before.bubbles[0]);
    expect(after.bubbles[1]).toBe(before.bubbles[1]);
  });
});
