// Owns one look at the public chats of the application: a search as it is typed, and its pages.
import { toIpcError } from '~/ipc/backend';
import type { DialogId, ExplorePage, IpcError, PublicDialog } from '~/ipc/bindings.gen';

/** A pause of this length while typing sends the query, ms. */
export const PAUSE_MS = 250;

export class Exploration {
  items = $state.raw<PublicDialog[]>([]);
  more = $state(false);
  /** `first` for a new query, whose answer takes the place of what is shown; `next` for one more page of it. */
  loading = $state.raw<'first' | 'next' | null>('first');
  error = $state.raw<IpcError | null>(null);

  readonly #known = new Set<DialogId>();
  /** Answers so far, those known already included: where the next page begins. */
  #skip = 0;
  #query = '';
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly page: (query: string, skip: number) => Promise<ExplorePage>) {}

  start(): void {
    void this.#ask(true);
  }

  /** The text in the field changed. */
  type(text: string): void {
    const query = text.trim();
    if (query === this.#query) return;
    this.#query = query;
    this.stop();
    this.loading = 'first';
    this.#timer = setTimeout(() => void this.#ask(true), PAUSE_MS);
  }

  /** The end of what is loaded comes into view. */
  loadMore(): void {
    if (this.loading === null && this.more && this.error === null) void this.#ask(false);
  }

  /** After a failure: goes on where it was. */
  retry(): void {
    this.stop();
    void this.#ask(this.items.length === 0);
  }

  /** Answers still under way no longer count. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#run += 1;
  }

  async #ask(first: boolean): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.error = null;
    this.loading = first ? 'first' : 'next';
    try {
      const { items, more } = await this.page(this.#query, first ? 0 : this.#skip);
      if (run !== this.#run) return;
      if (first) {
        this.#known.clear();
        this.#skip = 0;
      }
      this.#skip += items.length;
      // A chat that was opened meanwhile moved the others down: they come twice.
      const fresh = items.filter((item) => !this.#known.has(item.id));
      for (const item of fresh) this.#known.add(item.id);
      this.items = first ? fresh : [...this.items, ...fresh];
      this.more = more && items.length > 0;
    } catch (error) {
      if (run !== this.#run) return;
      this.error = toIpcError(error);
      if (first) {
        this.items = [];
        this.more = false;
      }
    } finally {
      if (run === this.#run) this.loading = null;
    }
  }
}
