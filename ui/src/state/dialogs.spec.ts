import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Dialog, DialogPage } from '~/ipc/bindings.gen';
import { Dialogs } from './dialogs.svelte';

function dialog(id: string, lastActivity: number, change: Partial<Dialog> = {}): Dialog {
  return {
    id,
    kind: 'private',
    name: id,
    photo: null,
    description: null,
    ownerId: 1,
    occupantIds: [1, 2],
    opponentId: 2,
    last: null,
    lastActivity,
    unread: 0,
    firstUnreadId: null,
    draft: null,
    unsent: false,
    ...change,
  };
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
