// Owns whom the person of one account blocked. The engine wins; it tells the whole list with every change.
import { toIpcError, type Backend } from '~/ipc/backend';
import type { AccountId, Block, UserId } from '~/ipc/bindings.gen';
import type { Phase } from './dialogs.svelte';

export class Blocks {
  /** In the order of the engine; empty until it was loaded. */
  list = $state.raw<readonly Block[]>([]);
  phase = $state.raw<Phase>({ kind: 'loading' });

  readonly #byUser = $derived(new Map(this.list.map((block) => [block.userId, block])));
  #wanted = false;
  /** Counts what the engine told by itself: an answer that was asked for before it is older. */
  #told = 0;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  /** Undefined for somebody who is not blocked, and until the list is here; the caller is drawn again then. */
  of(id: UserId): Block | undefined {
    if (!this.#wanted) {
      this.#wanted = true;
      // Not in the turn that draws: loading changes state.
      queueMicrotask(() => void this.load());
    }
    return this.#byUser.get(id);
  }

  async load(): Promise<void> {
    this.#wanted = true;
    const told = this.#told;
    this.phase = this.list.length > 0 ? { kind: 'ready' } : { kind: 'loading' };
    try {
      const list = await this.backend.blocked(this.accountId);
      if (told === this.#told) this.apply(list);
    } catch (error) {
      if (told === this.#told) this.phase = { kind: 'failed', error: toIpcError(error) };
    }
  }

  /** The event of the engine: always the whole list. */
  apply(list: readonly Block[]): void {
    this.#told += 1;
    this.#wanted = true;
    this.list = list;
    this.phase = { kind: 'ready' };
  }

  /** Rejects with an IpcError; the list then stays as it was. */
  async block(id: UserId, mutual: boolean): Promise<void> {
    await this.backend.blockPerson(this.accountId, id, mutual);
    const known = this.list.find((block) => block.userId === id);
    if (known?.mutual === mutual) return;
    this.apply([...this.list.filter((block) => block.userId !== id), { userId: id, mutual }]);
  }

  /** Rejects with an IpcError; the list then stays as it was. */
  async unblock(id: UserId): Promise<void> {
    await this.backend.unblockPerson(this.accountId, id);
    if (this.#byUser.has(id)) this.apply(this.list.filter((block) => block.userId !== id));
  }

  /** The reader of events lagged. */
  reload(): void {
    if (this.#wanted) void this.load();
  }
}
