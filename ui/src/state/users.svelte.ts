// Owns the people of one account. Components ask by id; unknown people are asked for once, in one batch.
import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from '~/ipc/backend';
import type { AccountId, User, UserId } from '~/ipc/bindings.gen';

export class Users {
  readonly #known = new SvelteMap<UserId, User>();
  readonly #asked = new Set<UserId>();
  #wanted: UserId[] = [];

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  /** Undefined until the answer comes; the caller draws a placeholder and is drawn again. */
  get(id: UserId): User | undefined {
    const user = this.#known.get(id);
    if (user === undefined) this.#want(id);
    return user;
  }

  /** The same without asking: for lists of which nobody may ever look at most. */
  peek(id: UserId): User | undefined {
    return this.#known.get(id);
  }

  apply(users: User[]): void {
    for (const user of users) {
      const known = this.#known.get(user.id);
      // A list of people comes again and again; only a difference may draw.
      if (known === undefined || !sameUser(known, user)) this.#known.set(user.id, user);
    }
  }

  /** Forgets what was asked, so that people still missing are asked for again. */
  reload(): void {
    this.#asked.clear();
    for (const id of this.#known.keys()) this.#want(id);
  }

  #want(id: UserId): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    this.#wanted.push(id);
    // One batch for all rows that are drawn in this turn.
    if (this.#wanted.length === 1) queueMicrotask(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const ids = this.#wanted;
    this.#wanted = [];
    try {
      this.apply(await this.backend.users(this.accountId, ids));
    } catch {
      // Their names come with an event once the engine has them; a later reload asks again.
      for (const id of ids) this.#asked.delete(id);
    }
  }
}

function sameUser(a: User, b: User): boolean {
  return (
    a.name === b.name &&
    a.avatar === b.avatar &&
    a.login === b.login &&
    a.email === b.email &&
    a.phone === b.phone &&
    a.website === b.website
  );
}
