import { describe, expect, it } from 'vitest';
import type { Dialog } from '~/ipc/bindings.gen';
import { emptyDialog } from '~/ipc/fake/world';
import {
  asksNothing,
  chipKey,
  queryOf,
  readDay,
  suggestions,
  takeFinished,
  typedFilter,
  withChip,
  type Chip,
  type Known,
} from './filters';

const NOW = Date.UTC(2026, 10, 20, 10, 45);
const day = (year: number, month: number, date: number): number => new Date(year, month - 1, date).getTime();

function chat(id: string, name: string): Dialog {
  return emptyDialog(id, { kind: 'group', name, occupantIds: [1], lastActivity: 0 });
}

const known: Known = {
  people: [
    { id: 1, name: 'Mira Lindqvist', login: 'mira' },
    { id: 2, name: 'Jonas Weber', login: 'jonas' },
    { id: 3, name: 'Tomás Rivera', login: 'tom' },
    { id: 4, name: 'Jo Ann', login: null },
  ],
  dialogs: [chat('a', 'Ridge Walk'), chat('b', 'Rust Berlin')],
  me: 1,
  now: NOW,
};

function offered(text: string): string[] {
  const typed = typedFilter(text);
  return typed === null ? [] : suggestions(typed, known).map(chipKey);
}

describe('a filter that is being typed', () => {
  it('is the last thing in the field', () => {
    expect(typedFilter('hut from:jo')).toEqual({ kind: 'from', value: 'jo', rest: 'hut' });
    expect(typedFilter('FROM:Jonas We')).toEqual({ kind: 'from', value: 'Jonas We', rest: '' });
    expect(typedFilter('in:')).toEqual({ kind: 'in', value: '', rest: '' });
    expect(typedFilter('hut')).toBeNull();
    expect(typedFilter('reason:because')).toBeNull();
    expect(typedFilter('https://a.example')).toBeNull();
  });

  it('is completed by people, chats, contents and days', () => {
    expect(offered('from:jo')).toEqual(['from-2', 'from-4']);
    expect(offered('from:tomas')).toEqual(['from-3']);
    expect(offered('from:me')).toEqual(['from-1']);
    expect(offered('in:r')).toEqual(['in-a', 'in-b']);
    expect(offered('in:berlin')).toEqual(['in-b']);
    expect(offered('has:')).toEqual(['has-file', 'has-image', 'has-link', 'has-location']);
    expect(offered('has:im')).toEqual(['has-image']);
    expect(offered('has:pict')).toEqual(['has-image']);
    expect(offered('before:2026-02-30')).toEqual([]);
    expect(suggestions({ kind: 'after', value: '', rest: '' }, known)).toHaveLength(5);
  });

  it('is taken by a space when it can mean only one thing', () => {
    const taken = (text: string) => takeFinished(text, known);
    expect(taken('hut from:tomas ')).toEqual({
      text: 'hut ',
      chip: { kind: 'from', userId: 3, name: 'Tomás Rivera' },
    });
    expect(taken('has:link ')?.chip).toEqual({ kind: 'has', has: 'link' });
    expect(taken('before:2026-11-03 ')).toEqual({
      text: '',
      chip: { kind: 'before', at: day(2026, 11, 3) },
    });
    // Two people begin like this, and this name may go on.
    expect(taken('from:jo ')).toBeNull();
    expect(taken('from:nobody ')).toBeNull();
    expect(taken('before: ')).toBeNull();
    expect(taken('hut ')).toBeNull();
  });
});

describe('days', () => {
  it('are read in the ways people write them', () => {
    expect(readDay('2026-11-03', NOW)).toBe(day(2026, 11, 3));
    expect(readDay('2026-11', NOW)).toBe(day(2026, 11, 1));
    expect(readDay('2025', NOW)).toBe(day(2025, 1, 1));
    expect(readDay('3.11.2025', NOW)).toBe(day(2025, 11, 3));
    expect(readDay('3.11.', NOW)).toBe(day(2026, 11, 3));
    expect(readDay('3/11', NOW)).toBe(day(2026, 11, 3));
    expect(readDay('Today', NOW)).toBe(day(2026, 11, 20));
    expect(readDay('yesterday', NOW)).toBe(day(2026, 11, 19));
  });

  it('that do not exist are none', () => {
    for (const text of ['2026-13-01', '31.6.2026', 'soon', '', '20261103']) {
      expect(readDay(text, NOW), text).toBeNull();
    }
  });
});

describe('a query', () => {
  const chips: Chip[] = [
    { kind: 'from', userId: 2, name: 'Jonas Weber' },
    { kind: 'in', dialogId: 'a', name: 'Ridge Walk' },
    { kind: 'has', has: 'link' },
    { kind: 'before', at: 500 },
    { kind: 'after', at: 100 },
  ];

  it('is the words and the chips', () => {
    expect(queryOf('  winter   hut ', chips)).toEqual({
      text: 'winter hut',
      from: [2],
      dialogIds: ['a'],
      has: ['link'],
      since: 100,
      before: 500,
    });
  });

  it('leaves out what is still being typed', () => {
    expect(queryOf('hut from:jo', []).text).toBe('hut');
    expect(asksNothing(queryOf('from:jo', []))).toBe(true);
    expect(asksNothing(queryOf('', chips))).toBe(false);
  });

  it('has one date of each kind, and each chip once', () => {
    const twice = withChip(withChip(chips, { kind: 'before', at: 900 }), { kind: 'has', has: 'link' });
    expect(twice).toHaveLength(5);
    expect(queryOf('', twice).before).toBe(900);
  });
});
