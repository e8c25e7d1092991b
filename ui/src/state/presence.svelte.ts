// Owns what the people of one account do now, for those who are on the screen and no others. Components say whom they
// show; all of it together is one request, sent when it has settled, so that scrolling asks nothing per row.
import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from '~/ipc/backend';
import type { AccountId, Activity, PersonActivity, UserId } from '~/ipc/bindings.gen';

/** What is shown has to stand still this long before it is asked for, ms. */
export const SETTLE_MS = 250;
/** A window shows a few dozen people; a group of thousands must not subscribe to all of them. */
export const MOST_WATCHED = 200;

export class Presence {
  readonly #known = new SvelteMap<UserId, Activity>();
  /** Who shows whom. The newest is asked for first: an open profile matters more than a row behind it. */
  readonly #shown = new Map<object, readonly UserId[]>();

  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The people asked for last, in order; null when it is not known whether the engine has them. */
  #asked: string | null = '';

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    private readonly me: UserId,
    /** Whether the account has a connection; reactive. */
    private readonly connected: () => boolean,
  ) {}

  /** Undefined while it is not known; without a connection nothing is, and nothing is drawn. */
  of(id: UserId): Activity | undefined {
    return this.connected() ? this.#known.get(id) : undefined;
  }

  online(id: UserId): boolean {
    return this.of(id)?.type === 'online';
  }

  /** The event of the engine. */
  apply(people: readonly PersonActivity[]): void {
    for (const { userId, activity } of people) {
      const known = this.#known.get(userId);
      // A renewed subscription tells everything again; only a difference may draw.
      if (known === undefined || !sameActivity(known, activity)) this.#known.set(userId, activity);
    }
  }

  /** Watches the people for as long as the component lives. Only while a component initialises. */
  watch(people: () => readonly UserId[]): void {
    const key = {};
    $effect(() => this.show(key, people()));
    $effect(() => () => this.hide(key));
  }

  /** `key` shows exactly these people from now on. */
  show(key: object, people: readonly UserId[]): void {
    this.#shown.set(key, people);
    this.#settle();
  }

  /** `key` is gone from the screen. */
  hide(key: object): void {
    if (this.#shown.delete(key)) this.#settle();
  }

  /** The reader of events lagged: what was told meanwhile is told again. */
  reload(): void {
    this.#asked = null;
    this.#settle();
  }

  #settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#ask();
    }, SETTLE_MS);
  }

  #people(): UserId[] {
    const people = new Set<UserId>();
    for (const shown of [...this.#shown.values()].reverse()) {
      for (const id of shown) {
        if (id === this.me || id <= 0) continue;
        people.add(id);
        if (people.size === MOST_WATCHED) return [...people];
      }
    }
    return [...people];
  }

  async #ask(): Promise<void> {
    const people = this.#people().sort((a, b) => a - b);
    const asked = people.join(' ');
    if (asked === this.#asked) return;
    this.#asked = asked;
    const watched = new Set(people);
    // Nobody tells any more what becomes of the others; an old word would be a wrong one.
    for (const id of [...this.#known.keys()]) if (!watched.has(id)) this.#known.delete(id);
    try {
      await this.backend.watchActivity(this.accountId, people);
    } catch (error) {
      // Nothing is drawn for them; the next change of what is shown asks again.
      if (this.#asked === asked) this.#asked = null;
      console.warn('nobody is watched', error);
    }
  }
}

function sameActivity(a: Activity, b: Activity): boolean {
  if (a.type === 'lastSeen' && b.type === 'lastSeen') return a.payload === b.payload;
  return a.type === b.type;
}
