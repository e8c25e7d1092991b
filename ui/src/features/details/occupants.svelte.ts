// Owns the people of one public chat as far as they were asked for: page after page, in the server's order. While one
// looks for a name, page follows page until it is found or the list ends, because the server has no search within a chat.
import { toIpcError } from '~/ipc/backend';
import type { IpcError, OccupantPage, User, UserId } from '~/ipc/bindings.gen';
import { beginsWords } from '~/features/chats/filter';

/** A screen and a half. */
export const PAGE = 60;
/** While searching: fewer, larger answers. */
export const SEARCH_PAGE = 200;

export class OccupantPages {
  users = $state.raw<User[]>([]);
  /** There are people that were not asked for yet. */
  more = $state(true);
  loading = $state(false);
  error = $state.raw<IpcError | null>(null);
  query = $state('');

  readonly shown = $derived(
    this.query.trim() === ''
      ? this.users
      : this.users.filter((user) => beginsWords(`${user.name} ${user.login ?? ''}`, this.query)),
  );

  readonly #known = new Set<UserId>();
  /** People taken so far, those known already included: where the next page begins. */
  #skip = 0;
  #run = 0;

  constructor(private readonly page: (skip: number, limit: number) => Promise<OccupantPage>) {}

  /** Begins anew: somebody came or went. What is shown stays until the first page is here. */
  async reload(): Promise<void> {
    this.#run += 1;
    this.#skip = 0;
    this.#known.clear();
    this.loading = false;
    this.more = true;
    await this.#next(PAGE, true);
  }

  /** The end of what is loaded comes into view. */
  async loadMore(): Promise<void> {
    if (this.loading || !this.more) return;
    await this.#next(this.query.trim() === '' ? PAGE : SEARCH_PAGE, false);
  }

  /** After a failure. */
  async retry(): Promise<void> {
    this.error = null;
    await this.loadMore();
  }

  /** Looks for a name among all of them. */
  async search(query: string): Promise<void> {
    this.query = query;
    const run = this.#run;
    while (run === this.#run && this.query === query && query.trim() !== '' && this.more && !this.loading) {
      await this.#next(SEARCH_PAGE, false);
      if (this.error !== null) return;
    }
  }

  stop(): void {
    this.#run += 1;
  }

  async #next(limit: number, anew: boolean): Promise<void> {
    const run = this.#run;
    this.loading = true;
    this.error = null;
    try {
      const { items, more } = await this.page(this.#skip, limit);
      if (run !== this.#run) return;
      this.#skip += items.length;
      // Somebody who came meanwhile moved the others down: they come twice.
      const fresh = items.filter((user) => !this.#known.has(user.id));
      for (const user of fresh) this.#known.add(user.id);
      this.users = anew ? fresh : [...this.users, ...fresh];
      this.more = more && items.length > 0;
    } catch (error) {
      if (run === this.#run) this.error = toIpcError(error);
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }
}
