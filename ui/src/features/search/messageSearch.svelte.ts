// Owns one search for messages as it is typed: on this computer at once, on the server after a pause. Only the newest
// question counts, and no message is there twice.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { AccountId, IpcError, MessageId, SearchHit, SearchQuery } from '~/ipc/bindings.gen';
import { asksNothing } from './filters';

/** A pause of this length while typing asks this computer, ms: less than between two keys of most people. */
export const LOCAL_PAUSE_MS = 60;
/** A pause of this length asks the server, ms. */
export const SERVER_PAUSE_MS = 500;
/** Hits of one answer. */
const PAGE = 50;

export type LocalState =
  | { kind: 'idle' }
  | { kind: 'searching' }
  | { kind: 'found'; total: number; more: boolean; tookMs: number; indexing: boolean }
  | { kind: 'failed'; error: IpcError };

export type ServerState =
  /** Nothing to ask, or not yet. */
  | { kind: 'idle' }
  /** The words are too short for the server. */
  | { kind: 'short' }
  | { kind: 'offline' }
  | { kind: 'searching' }
  /** `further`: there may be more, further back. */
  | { kind: 'found'; further: boolean }
  | { kind: 'failed'; error: IpcError };

export class MessageSearch {
  local = $state.raw<LocalState>({ kind: 'idle' });
  server = $state.raw<ServerState>({ kind: 'idle' });
  /** Those of this computer, newest first. */
  hits = $state.raw<SearchHit[]>([]);
  /** Those that only the server had, newest first. */
  serverHits = $state.raw<SearchHit[]>([]);

  #query: SearchQuery | null = null;
  #run = 0;
  /** Where the hits of this computer go on. */
  #next = $state<string | null>(null);
  #serverNext: number | null = null;
  #loadingMore = false;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    /** Whether there is a connection. */
    private readonly online: () => boolean,
  ) {}

  /** Whether more hits of this computer can be had. */
  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** What is looked for is this now. */
  ask(query: SearchQuery): void {
    if (this.#query !== null && same(this.#query, query)) return;
    this.#query = query;
    this.stop();
    if (asksNothing(query)) {
      this.local = { kind: 'idle' };
      this.server = { kind: 'idle' };
      this.hits = [];
      this.serverHits = [];
      return;
    }
    // The rows of the answer before stay until the next one is there, so that nothing flickers while one types.
    if (this.local.kind === 'idle') this.local = { kind: 'searching' };
    this.server = { kind: 'idle' };
    this.serverHits = [];
    this.#timers = [
      setTimeout(() => void this.#askHere(), LOCAL_PAUSE_MS),
      setTimeout(() => void this.#askServer(), SERVER_PAUSE_MS),
    ];
  }

  /** Answers still under way no longer count. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#run += 1;
    this.#next = null;
    this.#serverNext = null;
    this.#loadingMore = false;
  }

  /** The next hits of this computer. */
  async more(): Promise<void> {
    const query = this.#query;
    if (query === null || this.#next === null || this.#loadingMore) return;
    const run = this.#run;
    this.#loadingMore = true;
    try {
      const page = await this.backend.searchMessages(this.accountId, query, this.#next, PAGE);
      if (run !== this.#run) return;
      this.#next = page.next;
      this.hits = joined(this.hits, page.hits);
      this.serverHits = without(this.serverHits, this.hits);
    } catch {
      // What is shown stays; the next look at the end asks again.
    } finally {
      if (run === this.#run) this.#loadingMore = false;
    }
  }

  /** The server once more after a failure, or when there is a connection again. */
  retryServer(): void {
    void this.#askServer();
  }

  /** Further back on the server. */
  further(): void {
    void this.#askServer(this.#serverNext);
  }

  async #askHere(): Promise<void> {
    const query = this.#query;
    if (query === null) return;
    const run = this.#run;
    const begun = performance.now();
    try {
      const page = await this.backend.searchMessages(this.accountId, query, null, PAGE);
      if (run !== this.#run) return;
      this.#next = page.next;
      this.hits = page.hits;
      this.serverHits = without(this.serverHits, page.hits);
      this.local = {
        kind: 'found',
        total: page.total,
        more: page.hasMoreThanCounted,
        tookMs: Math.max(1, Math.round(performance.now() - begun)),
        indexing: page.isIndexing,
      };
    } catch (error) {
      if (run !== this.#run) return;
      this.hits = [];
      this.local = { kind: 'failed', error: toIpcError(error) };
    }
  }

  async #askServer(before: number | null = null): Promise<void> {
    const query = this.#query;
    if (query === null || query.text === '') return;
    if (!this.online()) {
      this.server = { kind: 'offline' };
      return;
    }
    const run = this.#run;
    this.server = { kind: 'searching' };
    try {
      const found = await this.backend.searchServer(this.accountId, query, before);
      if (run !== this.#run) return;
      if (found === null) {
        this.server = { kind: 'short' };
        return;
      }
      this.#serverNext = found.next;
      const known = before === null ? [] : this.serverHits;
      this.serverHits = without(joined(known, found.hits), this.hits);
      this.server = { kind: 'found', further: found.next !== null };
    } catch (thrown) {
      if (run !== this.#run) return;
      const error = toIpcError(thrown);
      this.server = error.kind === 'offline' ? { kind: 'offline' } : { kind: 'failed', error };
    }
  }
}

function same(a: SearchQuery, b: SearchQuery): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function without(hits: SearchHit[], known: readonly SearchHit[]): SearchHit[] {
  const ids = new Set<MessageId>(known.map((hit) => hit.message.id));
  return hits.filter((hit) => !ids.has(hit.message.id));
}

function joined(hits: readonly SearchHit[], more: SearchHit[]): SearchHit[] {
  return [...hits, ...without(more, hits)];
}
