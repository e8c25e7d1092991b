// Owns the accounts of this window as the engine last told them; the engine wins on every conflict.
import type { Account, AccountId, AccountUnread, ConnectionState } from '~/ipc/bindings.gen';

export class Accounts {
  list = $state.raw<Account[]>([]);
  #unread = $state.raw<ReadonlyMap<AccountId, number>>(new Map());

  /** Replaces the whole list: `accountsChanged` always carries all of them. */
  set(accounts: Account[]): void {
    this.list = accounts;
  }

  /** Adds one, or replaces it: the answer of signing in can come before or after its event. */
  upsert(account: Account): void {
    const known = this.list.some((each) => each.id === account.id);
    this.list = known
      ? this.list.map((each) => (each.id === account.id ? account : each))
      : [...this.list, account];
  }

  get(id: AccountId | null): Account | null {
    return this.list.find((account) => account.id === id) ?? null;
  }

  /** What waits to be read, of every account whose messages can be read at all. */
  setUnread(unread: readonly AccountUnread[]): void {
    this.#unread = new Map(
      unread.map(({ accountId, messages, dialogs }) => [accountId, Math.max(messages, dialogs)]),
    );
  }

  /** Unread messages of an account; a chat marked by hand is one where nothing else is unread. */
  unreadOf(id: AccountId): number {
    return this.#unread.get(id) ?? 0;
  }

  /** Unread messages of all accounts. */
  get unread(): number {
    return [...this.#unread.values()].reduce((sum, count) => sum + count, 0);
  }

  setConnection(id: AccountId, connection: ConnectionState): void {
    this.#patch(id, { connection });
  }

  setWaiting(id: AccountId, waiting: number): void {
    this.#patch(id, { waiting });
  }

  #patch(id: AccountId, change: Partial<Account>): void {
    this.list = this.list.map((account) => (account.id === id ? { ...account, ...change } : account));
  }
}
