import { describe, expect, it } from 'vitest';
import type { Dialog, DialogKind, Folder } from '~/ipc/bindings.gen';
import { sampleDialog } from '~/ipc/samples';
import { inHeldOrder, listed, slice, type Filter } from './filter';

function chat(name: string, kind: DialogKind = 'private', unread = 0, change: Partial<Dialog> = {}): Dialog {
  return sampleDialog({ id: name, kind, name, opponentId: null, unread, ...change });
}

const CHATS = [
  chat('Tomás Rivera'),
  chat('Ridge Walk', 'group', 2),
  chat('Rust Berlin', 'public'),
  chat('Mountain weather', 'broadcast', 1),
];

/** The names that a filter leaves. */
function left(
  filter: Filter,
  query = '',
  openId: string | null = null,
  folder: Folder | null = null,
): string[] {
  return names(listed(CHATS, { filter, folder, query, openId }));
}

const names = (dialogs: Dialog[]): string[] => dialogs.map((dialog) => dialog.name);

describe('which chats are listed', () => {
  it.each([
    ['all', ['Tomás Rivera', 'Ridge Walk', 'Rust Berlin', 'Mountain weather']],
    ['unread', ['Ridge Walk', 'Mountain weather']],
    ['groups', ['Ridge Walk']],
    ['channels', ['Rust Berlin', 'Mountain weather']],
  ] as const)('%s', (kind, expected) => {
    expect(left({ kind })).toEqual(expected);
  });

  it('counts a mark put by hand as something new', () => {
    const marked = [chat('plain'), chat('marked', 'private', 0, { markedUnread: true })];
    const wanted = { filter: { kind: 'unread' } as Filter, folder: null, query: '', openId: null };
    expect(names(listed(marked, wanted))).toEqual(['marked']);
  });

  it('lists what was put into a folder, or what is of its kinds', () => {
    const byHand: Folder = { id: 7, name: 'Work', rule: { type: 'byHand' }, place: 0 };
    const filed = [
      chat('in', 'private', 0, { folderIds: [7] }),
      chat('out', 'private', 0, { folderIds: [8] }),
    ];
    const filter: Filter = { kind: 'folder', id: 7 };
    expect(names(listed(filed, { filter, folder: byHand, query: '', openId: null }))).toEqual(['in']);
    const kinds: Folder = { ...byHand, rule: { type: 'kinds', payload: ['public', 'group'] } };
    expect(left(filter, '', null, kinds)).toEqual(['Ridge Walk', 'Rust Berlin']);
  });

  it('lists nothing for a folder that is gone', () => {
    expect(left({ kind: 'folder', id: 7 })).toEqual([]);
  });

  it('keeps the open chat among the unread ones while it is being read', () => {
    expect(left({ kind: 'unread' }, '', 'Tomás Rivera')).toContain('Tomás Rivera');
  });

  it('finds names by the beginnings of their words, without case and accents', () => {
    expect(left({ kind: 'all' }, 'TOMAS riv')).toEqual(['Tomás Rivera']);
    expect(left({ kind: 'all' }, 'ivera')).toEqual([]);
  });

  it('gives the very list when nothing is filtered', () => {
    expect(listed(CHATS, { filter: { kind: 'all' }, folder: null, query: ' ', openId: null })).toBe(CHATS);
  });
});

describe('an order that waits for the pointer', () => {
  it('stays, drops what is gone and puts what is new last', () => {
    const now = [chat('new'), chat('c'), chat('a')];
    expect(names(inHeldOrder(now, ['a', 'b', 'c']))).toEqual(['a', 'c', 'new']);
  });
});

describe('the drawn part of the list', () => {
  it('is what is in view and a little around it', () => {
    expect(slice(2000, 60, 6000, 600, 4)).toEqual({ from: 96, to: 114 });
    expect(slice(3, 60, 0, 600, 4)).toEqual({ from: 0, to: 3 });
    expect(slice(0, 60, 600, 600, 4)).toEqual({ from: 0, to: 0 });
  });
});
