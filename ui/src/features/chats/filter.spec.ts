import { describe, expect, it } from 'vitest';
import type { Dialog, DialogKind } from '~/ipc/bindings.gen';
import { inHeldOrder, listed, slice } from './filter';

function chat(name: string, kind: DialogKind = 'private', unread = 0): Dialog {
  return {
    id: name,
    kind,
    name,
    photo: null,
    description: null,
    ownerId: 1,
    occupantIds: [],
    opponentId: null,
    last: null,
    lastActivity: 0,
    unread,
    firstUnreadId: null,
    draft: null,
    unsent: false,
  };
}

const CHATS = [
  chat('Tomás Rivera'),
  chat('Ridge Walk', 'group', 2),
  chat('Rust Berlin', 'public'),
  chat('Mountain weather', 'broadcast', 1),
];
const names = (dialogs: Dialog[]): string[] => dialogs.map((dialog) => dialog.name);

describe('which chats are listed', () => {
  it.each([
    ['all', ['Tomás Rivera', 'Ridge Walk', 'Rust Berlin', 'Mountain weather']],
    ['unread', ['Ridge Walk', 'Mountain weather']],
    ['groups', ['Ridge Walk']],
    ['channels', ['Rust Berlin', 'Mountain weather']],
  ] as const)('%s', (filter, expected) => {
    expect(names(listed(CHATS, filter, '', null))).toEqual(expected);
  });

  it('keeps the open chat among the unread ones while it is being read', () => {
    expect(names(listed(CHATS, 'unread', '', 'Tomás Rivera'))).toContain('Tomás Rivera');
  });

  it('finds names by the beginnings of their words, without case and accents', () => {
    expect(names(listed(CHATS, 'all', 'TOMAS riv', null))).toEqual(['Tomás Rivera']);
    expect(names(listed(CHATS, 'all', 'ivera', null))).toEqual([]);
  });

  it('gives the very list when nothing is filtered', () => {
    expect(listed(CHATS, 'all', ' ', null)).toBe(CHATS);
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
