import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Dialog, DialogPage } from '~/ipc/bindings.gen';
import { sampleDialog } from '~/ipc/samples';
import { Dialogs, isMuted } from './dialogs.svelte';

function dialog(id: string, lastActivity: number, change: Partial<Dialog> = {}): Dialog {
  return sampleDialog({ id, name: id, lastActivity, ...change });
}

/** Answers pages one by one, when the test lets them go. */
class Pages {
  readonly asked: (string | null)[] = [];
  readonly #waiting: ((page: DialogPage) => void)[] = [];

  readonly backend = {
    dialogs: (_account: string, after: string | null) => {
      this.asked.push(after);
      return new Promise<DialogPage>((resolve) => this.#waiting.push(resolve));
    },
  } as unknown as Backend;

  async answer(page: DialogPage): Promise<void> {
    this.#waiting.shift()?.(page);
    // The store continues in microtasks.
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  }
}

const ids = (store: Dialogs): string[] => store.list.map((each) => each.id);

describe('the chats of an account', () => {
  it('stand by their last activity, and a changed one moves', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    store.apply([dialog('a', 3), dialog('b', 2), dialog('c', 1)], []);
    store.changed([dialog('c', 9)], []);
    expect(ids(store)).toEqual(['c', 'a', 'b']);
  });

  it('keep the objects of rows that did not change', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    const a = dialog('a', 3);
    store.apply([a, dialog('b', 2)], []);
    store.changed([dialog('b', 9)], []);
    expect(store.get('a')).toBe(a);
  });

  it('keep pinned ones first, each in its place, whatever is newer', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    store.apply([dialog('a', 3), dialog('p2', 1, { pinned: 5 }), dialog('p1', 2, { pinned: 1 })], []);
    expect(ids(store)).toEqual(['p1', 'p2', 'a']);
    store.changed([dialog('a', 9)], []);
    expect(ids(store)).toEqual(['p1', 'p2', 'a']);
    store.changed([dialog('p1', 2)], []);
    expect(ids(store)).toEqual(['p2', 'a', 'p1']);
  });

  it('stand apart when archived, and are found all the same', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    store.apply([dialog('a', 3), dialog('b', 2), dialog('c', 1, { archived: true })], []);
    expect([ids(store), store.archived.map((each) => each.id)]).toEqual([['a', 'b'], ['c']]);
    store.changed([dialog('b', 2, { archived: true })], []);
    expect([ids(store), store.archived.map((each) => each.id)]).toEqual([['a'], ['b', 'c']]);
    expect(store.get('c')?.id).toBe('c');
    store.changed([], ['c']);
    expect(store.get('c')).toBeUndefined();
    expect(store.archived.map((each) => each.id)).toEqual(['b']);
  });

  it('are in the same order whether they change one by one or at once', () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      dialog(String(index), (index * 7919) % 301, { pinned: index % 50 === 0 ? index : null }),
    );
    const changes = many.slice(0, 60).map((each, index) => ({ ...each, lastActivity: 1000 - index * 13 }));
    const atOnce = new Dialogs(new Pages().backend, 'me');
    atOnce.apply(many, []);
    atOnce.changed(changes, ['299', '298']);
    const oneByOne = new Dialogs(new Pages().backend, 'me');
    for (const each of many) oneByOne.apply([each], []);
    for (const each of changes) oneByOne.changed([each], []);
    oneByOne.changed([], ['299']);
    oneByOne.changed([], ['298']);
    expect(ids(oneByOne)).toEqual(ids(atOnce));
    expect(ids(atOnce)).toHaveLength(298);
  });

  it('say nothing new of muted chats, and of those marked by hand they do', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    store.apply(
      [
        dialog('muted', 5, { unread: 2, mutedUntil: Number.MAX_SAFE_INTEGER }),
        dialog('quiet', 4, { unread: 2, notifications: false }),
        dialog('past', 3, { unread: 2, mutedUntil: 1 }),
        dialog('marked', 2, { markedUnread: true }),
      ],
      [],
    );
    expect(store.unreadChats).toBe(2);
    expect(isMuted(dialog('past', 1, { mutedUntil: 1 }), 2)).toBe(false);
  });

  it('count chats with something new, not messages', () => {
    const store = new Dialogs(new Pages().backend, 'me');
    store.apply([dialog('a', 3, { unread: 40 }), dialog('b', 2, { unread: 1 }), dialog('c', 1)], []);
    expect(store.unreadChats).toBe(2);
  });

  it('are shown from the first page on and completed by the next ones', async () => {
    const pages = new Pages();
    const store = new Dialogs(pages.backend, 'me');
    const load = store.load();
    await pages.answer({ items: [dialog('a', 3)], next: 'cursor' });
    expect(store.phase).toEqual({ kind: 'ready' });
    expect(ids(store)).toEqual(['a']);
    await pages.answer({ items: [dialog('b', 2)], next: null });
    await load;
    expect(ids(store)).toEqual(['a', 'b']);
    expect(pages.asked).toEqual([null, 'cursor']);
  });

  it('forget on a reload what is gone, but not what an event brought meanwhile', async () => {
    const pages = new Pages();
    const store = new Dialogs(pages.backend, 'me');
    store.apply([dialog('old', 5)], []);
    const load = store.load();
    store.changed([dialog('new', 9)], []);
    await pages.answer({ items: [dialog('a', 3)], next: null });
    await load;
    expect(ids(store)).toEqual(['new', 'a']);
  });

  it('say that they could not be read', async () => {
    const backend = { dialogs: () => Promise.reject(new Error('disk')) } as unknown as Backend;
    const store = new Dialogs(backend, 'me');
    await store.load();
    expect(store.phase).toEqual({ kind: 'failed', error: { kind: 'internal', message: 'disk' } });
  });
});
