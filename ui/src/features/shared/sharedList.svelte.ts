// Owns one list of what was shared in a chat: newest first, a page at a time, from the engine's memory.
import type { Backend } from '~/ipc/backend';
import type { AccountId, DialogId, SharedItem, SharedKind } from '~/ipc/bindings.gen';

/** One answer: some screens of small pictures. */
const PAGE = 60;

export function sharedKey({ message, index }: SharedItem): string {
  return `${message.id}/${String(index)}`;
}

export class SharedList {
  items = $state.raw<readonly SharedItem[]>([]);
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  /** More is known than is listed. */
  more = $state(false);

  #next: string | null = null;
  #busy = false;
  /** Answers after the list was begun anew are thrown away. */
  #run = 0;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    private readonly dialogId: DialogId,
    readonly kind: SharedKind,
  ) {}

  /** Begins with the newest. What is listed stays until the answer is here. */
  async load(): Promise<void> {
    this.#run += 1;
    this.#busy = false;
    this.#next = null;
    await this.#page([]);
  }

  /** Goes on to the past. */
  async loadMore(): Promise<void> {
    if (this.#next === null) return;
    await this.#page(this.items);
  }

  async #page(before: readonly SharedItem[]): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const run = this.#run;
    try {
      const page = await this.backend.sharedAttachments(
        this.accountId,
        this.dialogId,
        this.kind,
        this.#next,
        PAGE,
      );
      if (run !== this.#run) return;
      const here = new Set(before.map(sharedKey));
      this.items = [...before, ...page.items.filter((item) => !here.has(sharedKey(item)))];
      this.#next = page.next;
      this.more = page.next !== null;
      this.phase = 'ready';
    } catch (error) {
      if (run !== this.#run) return;
      console.warn('what was shared was not listed', error);
      this.phase = 'failed';
    } finally {
      if (run === this.#run) this.#busy = false;
    }
  }
}
