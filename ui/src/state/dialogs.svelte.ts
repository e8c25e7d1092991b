// Owns the chats of one account, newest activity first. The engine wins: what it says replaces what was here.
// One sorted array of immutable rows, so that a changed chat costs one copy of the array and one drawn row.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { AccountId, Dialog, DialogId, IpcError } from '~/ipc/bindings.gen';

/** The first page fills the tallest window at once; the rest follows in few, larger ones. */
const FIRST_PAGE = 60;
const NEXT_PAGE = 500;

export type Phase = { kind: 'loading' } | { kind: 'failed'; error: IpcError } | { kind: 'ready' };

/** Latest activity first; the id settles ties, so that two runs agree. */
export function compareDialogs(a: Dialog, b: Dialog): number {
  if (a.lastActivity !== b.lastActivity) return b.lastActivity - a.lastActivity;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

export class Dialogs {
  /** All known chats in order. */
  list = $state.raw<Dialog[]>([]);
  phase = $state.raw<Phase>({ kind: 'loading' });
  /** Chats, not messages, that have something new. */
  readonly unreadChats = $derived(this.list.reduce((sum, dialog) => sum + (dialog.unread > 0 ? 1 : 0), 0));

  /** Kept beside the list by hand: building it anew for every change would cost as much as drawing the change. */
  readonly #index = new Map<DialogId, Dialog>();
  #run = 0;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  get(id: DialogId | null): Dialog | undefined {
    // The list is the signal; whoever asks is asked again when it changes.
    return id === null || this.list.length === 0 ? undefined : this.#index.get(id);
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
    if (this.list.some((dialog) => !seen.has(dialog.id))) {
      this.#put(this.list.filter((dialog) => seen.has(dialog.id)));
    }
  }

  /** Chats that events brought while a load was under way. */
  readonly #arrived = new Set<DialogId>();

  /** The event of the engine. */
  changed(dialogs: Dialog[], removed: DialogId[]): void {
    for (const dialog of dialogs) this.#arrived.add(dialog.id);
    for (const id of removed) this.#arrived.delete(id);
    this.apply(dialogs, removed);
  }

  /** Idempotent: the same rows twice change nothing. Already sorted rows keep their place; only `dialogs` are moved. */
  apply(dialogs: Dialog[], removed: DialogId[]): void {
    if (dialogs.length === 0 && removed.length === 0) return;
    const fresh = new Map(dialogs.map((dialog) => [dialog.id, dialog]));
    const gone = new Set(removed);
    const moved = [...fresh.values()].filter((dialog) => !gone.has(dialog.id)).sort(compareDialogs);
    const next: Dialog[] = [];
    let at = 0;
    for (const dialog of this.list) {
      if (fresh.has(dialog.id) || gone.has(dialog.id)) continue;
      for (let first = moved[at]; first && compareDialogs(first, dialog) < 0; first = moved[at]) {
        next.push(first);
        at += 1;
      }
      next.push(dialog);
    }
    for (; at < moved.length; at += 1) {
      const rest = moved[at];
      if (rest) next.push(rest);
    }
    for (const id of gone) this.#index.delete(id);
    for (const dialog of moved) this.#index.set(dialog.id, dialog);
    this.list = next;
  }

  #put(list: Dialog[]): void {
    this.#index.clear();
    for (const dialog of list) this.#index.set(dialog.id, dialog);
    this.list = list;
  }
}
