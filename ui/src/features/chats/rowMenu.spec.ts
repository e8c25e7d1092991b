import { describe, expect, it } from 'vitest';
import type { Dialog, Folder } from '~/ipc/bindings.gen';
import { sampleDialog } from '~/ipc/samples';
import { muteItems, rowMenu } from './rowMenu';

const NOW = 1_000_000;
const FOLDERS: Folder[] = [
  { id: 1, name: 'Work', rule: { type: 'byHand' }, place: 0 },
  { id: 2, name: 'Groups', rule: { type: 'kinds', payload: ['group'] }, place: 1 },
];

function menu(change: Partial<Dialog>, place: 'list' | 'chat' = 'list') {
  return rowMenu({
    dialog: sampleDialog(change),
    me: 1,
    folders: FOLDERS,
    block: undefined,
    now: NOW,
    place,
  });
}

const ids = (items: { id: string }[]): string[] => items.map((item) => item.id);

describe('the menu of a chat', () => {
  it('offers what changes it, the opposite of what it is', () => {
    expect(ids(menu({ pinned: 3, markedUnread: true }))).toEqual(expect.arrayContaining(['unpin', 'read']));
    expect(ids(menu({}))).toEqual(expect.arrayContaining(['pin', 'unread', 'archive']));
    expect(ids(menu({ archived: true }))).toContain('unarchive');
  });

  it('pins no archived chat', () => {
    expect(ids(menu({ archived: true }))).not.toContain('pin');
  });

  it('lets the owner alone delete a group for everyone', () => {
    const group: Partial<Dialog> = { kind: 'group', opponentId: null, ownerId: 2 };
    expect(ids(menu(group))).not.toContain('deleteAll');
    expect(ids(menu({ ...group, ownerId: 1, role: 'owner' }))).toContain('deleteAll');
  });

  it('blocks and reports the other person of a private chat', () => {
    expect(ids(menu({}))).toEqual(expect.arrayContaining(['profile', 'block', 'report']));
    expect(ids(menu({ kind: 'group', opponentId: null }))).not.toContain('block');
  });

  it('files by hand only into folders that are filled by hand', () => {
    const folder = menu({ folderIds: [1] }).find((item) => item.id === 'folder');
    expect(folder?.items?.map((item) => [item.id, item.checked])).toEqual([
      ['folder-1', true],
      ['folder-new', undefined],
    ]);
  });

  it('has no use for opening and selecting inside the chat', () => {
    expect(ids(menu({}, 'chat'))).not.toEqual(expect.arrayContaining(['open']));
    expect(ids(menu({}, 'chat'))).not.toContain('select');
  });
});

describe('the times to be quiet for', () => {
  it('come with the end of it while a chat is muted', () => {
    expect(ids(muteItems(sampleDialog({ mutedUntil: NOW + 1 }), NOW))[0]).toBe('unmute');
    expect(ids(muteItems(sampleDialog({ mutedUntil: NOW - 1 }), NOW))).not.toContain('unmute');
  });

  it('name no end where there is none', () => {
    const [forGood] = muteItems(sampleDialog({ mutedUntil: Number.MAX_SAFE_INTEGER }), NOW);
    expect(forGood?.note).toBeUndefined();
    const [forNow] = muteItems(sampleDialog({ mutedUntil: NOW + 60_000 }), NOW);
    expect(forNow?.note).toContain('Muted until');
  });
});
