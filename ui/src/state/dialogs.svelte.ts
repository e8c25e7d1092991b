// Owns the chats of one account in their order, the archived ones apart. The engine wins: what it says replaces what
// was here. Sorted arrays of immutable rows, so that a changed chat costs one copy of an array and one drawn row.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { AccountId, Dialog, DialogId, IpcError } from '~/ipc/bindings.gen';
import { clock } from '~/lib/clock.svelte';
import { withChanges } from './dialogOrder';

/** The first page fills the tallest window at once; the rest follows in few, larger ones. */
const FIRST_PAGE = 60;
const NEXT_PAGE = 500;

export type Phase = { kind: 'loading' } | { kind: 'failed'; error: IpcError } | { kind: 'ready' };

/** Whether a chat makes no noise: for a time, for good, or because the server was told to keep quiet. */
export function isMuted(dialog: Pick<Dialog, 'mutedUntil' | 'notifications'>, now: number): boolean {
  return !dialog.notifications || (dialog.mutedUntil !== null && dialog.mutedUntil > now);
}

/** Whether a chat has something new: messages, or the mark that somebody put there by hand. */
export function hasNews(dialog: Pick<Dialog, 'unread' | 'markedUnread'>): boolean {
  return dialog.unread > 0 || dialog.markedUnread;
}

function countNews(dialogs: readonly Dialog[]): number {
  const { now } = clock;
  let count = 0;
  for (const dialog of dialogs) if (hasNews(dialog) && !isMuted(dialog, now)) count += 1;
  return count;
}

/** One of the two lists, and what changes in it with one event. */
interface Changes {
  out: Dialog[];
  put: Dialog[];
}

export class Dialogs {
  /** The chats that are listed, in order: pinned ones first. */
  list = $state.raw<Dialog[]>([]);
  /** The archived ones, in the same order. */
  archived = $state.raw<Dialog[]>([]);
  phase = $state.raw<Phase>({ kind: 'loading' });
  /** Chats, not messages, that have something new; muted ones are left out. */
  readonly unreadChats = $derived(countNews(this.list));
  readonly unreadArchived = $derived(countNews(this.archived));

  /** Kept beside the lists by hand: building it anew for every change would cost as much as drawing the change. */
  readonly #index = new Map<DialogId, Dialog>();
  #run = 0;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  get(id: DialogId | null): Dialog | undefined {
    // The lists are the signal; whoever asks is asked again when they change.
    const known = this.list.length + this.archived.length;
    return id === null || known === 0 ? undefined : this.#index.get(id);
  }

  /** All known chats, the archived ones last. */
  get all(): Dialog[] {
    return this.archived.length === 0 ? this.list : [...this.list, ...this.archived];
  }

  /** Loads everything from the cache, the first page at once. A later call outruns an earlier one. */
  async load(): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    const seen = new Set<DialogId>();
    try {
      let after: string | null = null;
      do {
        const page = await this.backend.dialogs(
          this.accountId,
          after,
          after === null ? FIRST_PAGE : NEXT_PAGE,
        );
        if (run !== this.#run) return;
        for (const dialog of page.items) seen.add(dialog.id);
        this.apply(page.items, []);
        this.phase = { kind: 'ready' };
        after = page.next;
      } while (after !== null);
    } catch (error) {
      if (run === this.#run) this.phase = { kind: 'failed', error: toIpcError(error) };
      return;
    }
    // What a reload did not bring is gone, unless it came as an event in the meantime; events add to `seen`.
    for (const id of this.#arrived) seen.add(id);
    this.#arrived.clear();
    const gone = [...this.#index.keys()].filter((id) => !seen.has(id));
    if (gone.length > 0) this.apply([], gone);
  }

  /** Chats that events brought while a load was under way. */
  readonly #arrived = new Set<DialogId>();

  /** The event of the engine. */
  changed(dialogs: Dialog[], removed: DialogId[]): void {
    for (const dialog of dialogs) this.#arrived.add(dialog.id);
    for (const id of removed) this.#arrived.delete(id);
    this.apply(dialogs, removed);
  }

  /** Idempotent: the same rows twice change nothing. Rows that did not change keep their place and their object. */
  apply(dialogs: Dialog[], removed: DialogId[]): void {
    const listed: Changes = { out: [], put: [] };
    const archived: Changes = { out: [], put: [] };
    const gone = new Set(removed);
    const take = (id: DialogId): void => {
      const before = this.#index.get(id);
      if (before) (before.archived ? archived : listed).out.push(before);
    };
    for (const id of gone) {
      take(id);
      this.#index.delete(id);
    }
    // The last version of a chat that comes twice in one event is the one that counts.
    for (const dialog of new Map(dialogs.map((each) => [each.id, each])).values()) {
      if (gone.has(dialog.id)) continue;
      take(dialog.id);
      (dialog.archived ? archived : listed).put.push(dialog);
      this.#index.set(dialog.id, dialog);
    }
    if (listed.out.length + listed.put.length > 0) this.list = withChanges(this.list, listed.out, listed.put);
    if (archived.out.length + archived.put.length > 0) {
      this.archived = withChanges(this.archived, archived.out, archived.put);
    }
  }
}
