import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { IpcError, SearchHit, SearchPage, SearchQuery, ServerHits } from '~/ipc/bindings.gen';
import { message } from '~/ipc/fake/world';
import { queryOf } from './filters';
import { LOCAL_PAUSE_MS, MessageSearch, SERVER_PAUSE_MS } from './messageSearch.svelte';

function hit(id: string, sentAt: number): SearchHit {
  return { message: message('d', 2, id, sentAt, 'read', id), dialogName: 'D', snippet: [], attachment: null };
}

function page(hits: SearchHit[], more: Partial<SearchPage> = {}): SearchPage {
  return { hits, total: hits.length, hasMoreThanCounted: false, next: null, isIndexing: false, ...more };
}

interface Asked {
  here: [SearchQuery, string | null][];
  server: [SearchQuery, number | null][];
}

/** A search over answers that are written down; `null` from the server is "too short". */
function searchOver(
  here: (query: SearchQuery, after: string | null) => SearchPage,
  server: (query: SearchQuery, before: number | null) => ServerHits | null | IpcError,
): { search: MessageSearch; asked: Asked; connection: { online: boolean } } {
  const asked: Asked = { here: [], server: [] };
  const connection = { online: true };
  const backend = {
    searchMessages: (_: string, query: SearchQuery, after: string | null) => {
      asked.here.push([query, after]);
      return Promise.resolve(here(query, after));
    },
    searchServer: (_: string, query: SearchQuery, before: number | null) => {
      asked.server.push([query, before]);
      const answer = server(query, before);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of the shell
      return answer !== null && 'kind' in answer ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as Backend;
  return { search: new MessageSearch(backend, 'a', () => connection.online), asked, connection };
}

const ids = (hits: readonly SearchHit[]): string[] => hits.map((each) => each.message.id);

describe('a search as it is typed', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks this computer soon and the server after a pause, for the last words alone', async () => {
    const { search, asked } = searchOver(
      () => page([hit('a', 2)]),
      () => ({ hits: [hit('b', 1)], next: null }),
    );
    search.ask(queryOf('wint', []));
    await vi.advanceTimersByTimeAsync(LOCAL_PAUSE_MS / 2);
    search.ask(queryOf('winter', []));
    await vi.advanceTimersByTimeAsync(LOCAL_PAUSE_MS);
    expect(asked.here.map(([query]) => query.text)).toEqual(['winter']);
    expect(ids(search.hits)).toEqual(['a']);
    expect(asked.server).toEqual([]);
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS);
    expect(asked.server.map(([query]) => query.text)).toEqual(['winter']);
    expect(ids(search.serverHits)).toEqual(['b']);
    expect(search.server).toEqual({ kind: 'found', further: false });
  });

  it('shows no message twice, whichever side tells first', async () => {
    const { search } = searchOver(
      (_, after) =>
        after === null ? page([hit('a', 9)], { next: '1', total: 3 }) : page([hit('b', 8), hit('c', 7)]),
      () => ({ hits: [hit('a', 9), hit('b', 8), hit('z', 1)], next: null }),
    );
    search.ask(queryOf('winter', []));
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS + 10);
    expect(ids(search.serverHits)).toEqual(['b', 'z']);
    await search.more();
    expect(ids(search.hits)).toEqual(['a', 'b', 'c']);
    expect(ids(search.serverHits)).toEqual(['z']);
  });

  it('says how the server is doing, and asks again', async () => {
    let answer: ServerHits | null | IpcError = null;
    const { search, connection } = searchOver(
      () => page([]),
      () => answer,
    );
    search.ask(queryOf('abc', []));
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS + 10);
    expect(search.server).toEqual({ kind: 'short' });
    connection.online = false;
    search.ask(queryOf('winter', []));
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS + 10);
    expect(search.server).toEqual({ kind: 'offline' });
    connection.online = true;
    answer = { kind: 'server', status: 500, message: 'x' };
    search.retryServer();
    await vi.advanceTimersByTimeAsync(1);
    expect(search.server.kind).toBe('failed');
    answer = { hits: [], next: null };
    search.retryServer();
    await vi.advanceTimersByTimeAsync(1);
    expect(search.server).toEqual({ kind: 'found', further: false });
  });

  it('goes further back on the server from where it ended', async () => {
    const { search, asked } = searchOver(
      () => page([]),
      (_, before) => ({
        hits: [hit(`at-${String(before)}`, before ?? 0)],
        next: before === null ? 77 : null,
      }),
    );
    search.ask(queryOf('winter', []));
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS + 10);
    expect(search.server).toEqual({ kind: 'found', further: true });
    search.further();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.server.map(([, before]) => before)).toEqual([null, 77]);
    expect(ids(search.serverHits)).toEqual(['at-null', 'at-77']);
    expect(search.server).toEqual({ kind: 'found', further: false });
  });

  it('asks nobody about nothing, and forgets what was found', async () => {
    const { search, asked } = searchOver(
      () => page([hit('a', 1)]),
      () => null,
    );
    search.ask(queryOf('winter', []));
    await vi.advanceTimersByTimeAsync(LOCAL_PAUSE_MS);
    search.ask(queryOf('', []));
    await vi.advanceTimersByTimeAsync(SERVER_PAUSE_MS + 10);
    expect(search.hits).toEqual([]);
    expect(search.local).toEqual({ kind: 'idle' });
    expect(asked.server).toEqual([]);
  });
});
