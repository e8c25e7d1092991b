import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExplorePage, PublicDialog } from '~/ipc/bindings.gen';
import { Exploration, PAUSE_MS } from './explore.svelte';

function open(id: string): PublicDialog {
  return {
    id,
    name: id,
    photo: null,
    description: null,
    occupantCount: 1,
    allowPreview: true,
    subscribed: false,
  };
}

/** Answers when the test lets it; notes what it was asked. */
class Server {
  readonly asked: [string, number][] = [];
  readonly #waiting: { resolve: (page: ExplorePage) => void; reject: (error: unknown) => void }[] = [];

  readonly page = (query: string, skip: number): Promise<ExplorePage> => {
    this.asked.push([query, skip]);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  };

  async answer(ids: string[], more = false): Promise<void> {
    this.#waiting.shift()?.resolve({ items: ids.map(open), more });
    await settle();
  }

  async fail(): Promise<void> {
    this.#waiting.shift()?.reject({ kind: 'offline' });
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

const ids = (exploration: Exploration): string[] => exploration.items.map((item) => item.id);

describe('a look at public chats', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('begins with all of them and goes on page by page', async () => {
    const server = new Server();
    const exploration = new Exploration(server.page);
    exploration.start();
    await server.answer(['a', 'b'], true);
    exploration.loadMore();
    exploration.loadMore();
    await server.answer(['b', 'c']);
    expect(ids(exploration)).toEqual(['a', 'b', 'c']);
    expect(server.asked).toEqual([
      ['', 0],
      ['', 2],
    ]);
  });

  it('asks once for a word that is typed, and lets only the newest answer count', async () => {
    const server = new Server();
    const exploration = new Exploration(server.page);
    exploration.start();
    exploration.type('b');
    exploration.type('br');
    vi.advanceTimersByTime(PAUSE_MS);
    await server.answer(['late']);
    await server.answer(['bread']);
    expect(ids(exploration)).toEqual(['bread']);
    expect(server.asked).toEqual([
      ['', 0],
      ['br', 0],
    ]);
  });

  it('keeps what is here when a further page fails, and goes on from there', async () => {
    const server = new Server();
    const exploration = new Exploration(server.page);
    exploration.start();
    await server.answer(['a'], true);
    exploration.loadMore();
    await server.fail();
    expect(ids(exploration)).toEqual(['a']);
    expect(exploration.error?.kind).toBe('offline');
    exploration.retry();
    await server.answer(['b']);
    expect(ids(exploration)).toEqual(['a', 'b']);
    expect(exploration.error).toBeNull();
  });
});
