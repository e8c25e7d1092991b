// Owns the accounts of this window as the engine last told them; the engine wins on every conflict.
import type { Account, AccountId, ConnectionState } from '~/ipc/bindings.gen';

export class Accounts {
  list = $state.raw<Account[]>([]);

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
