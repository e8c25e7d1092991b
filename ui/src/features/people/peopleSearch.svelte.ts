// Owns one search for people as it is typed: waits for a pause, asks once, and lets only the newest answer count.
import { toIpcError } from '~/ipc/backend';
import type { IpcError, User } from '~/ipc/bindings.gen';

export type SearchState =
  | { kind: 'idle' }
  /** `users` are those of the answer before, so that rows do not vanish between two letters. */
  | { kind: 'searching'; users: User[] }
  | { kind: 'found'; users: User[] }
  | { kind: 'failed'; error: IpcError };

/** A pause of this length while typing sends the query, ms. */
export const PAUSE_MS = 250;

export class PeopleSearch {
  state = $state.raw<SearchState>({ kind: 'idle' });
  readonly users = $derived(
    this.state.kind === 'searching' || this.state.kind === 'found' ? this.state.users : [],
  );

  #timer: ReturnType<typeof setTimeout> | undefined;
  #query = '';
  #run = 0;

  constructor(private readonly search: (query: string) => Promise<User[]>) {}

  /** The text in the field changed. */
  type(text: string): void {
    const query = text.trim();
    if (query === this.#query) return;
    this.#query = query;
    this.stop();
    if (query === '') {
      this.state = { kind: 'idle' };
      return;
    }
    this.state = { kind: 'searching', users: this.users };
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  /** After a failure: the same query again, at once. */
  retry(): void {
    if (this.#query === '') return;
    this.stop();
    this.state = { kind: 'searching', users: [] };
    void this.#ask();
  }

  /** Answers still under way no longer count. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#run += 1;
  }

  async #ask(): Promise<void> {
    const run = this.#run;
    try {
      const users = await this.search(this.#query);
      if (run === this.#run) this.state = { kind: 'found', users };
    } catch (error) {
      if (run === this.#run) this.state = { kind: 'failed', error: toIpcError(error) };
    }
  }
}
