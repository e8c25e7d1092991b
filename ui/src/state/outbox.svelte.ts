// Owns what waits to be sent, as far as somebody looks at it: the outbox page, or a chat with messages for later. The
// engine tells that something changed; what it is now is asked for, once for all changes of a moment.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { AccountId, Dialog, DialogId, MessageId, OutboxItem } from '~/ipc/bindings.gen';
import type { Phase } from './dialogs.svelte';

/** A chat and what of it waits, in the order of sending. */
export interface OutboxGroup {
  dialog: Dialog;
  items: OutboxItem[];
}

export class OutboxStore {
  items = $state.raw<readonly OutboxItem[]>([]);
  phase = $state.raw<Phase>({ kind: 'loading' });
  #dialogs: readonly Dialog[] = [];
  #watchers = 0;
  /** An answer is under way; what changes meanwhile is asked for after it. */
  #asking = false;
  #stale = false;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  /** Keeps the list up to date until the answer is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) void this.load();
    return () => {
      this.#watchers -= 1;
    };
  }

  /** Something of it may be different. */
  changed(): void {
    if (this.#watchers > 0) void this.load();
  }

  async load(): Promise<void> {
    if (this.#asking) {
      this.#stale = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#stale = false;
        const { items, dialogs } = await this.backend.outbox(this.accountId);
        this.#dialogs = dialogs;
        this.items = items;
      } while (this.#stale);
      this.phase = { kind: 'ready' };
    } catch (error) {
      if (this.items.length === 0) this.phase = { kind: 'failed', error: toIpcError(error) };
    } finally {
      this.#asking = false;
    }
  }

  /** By chat; the chat whose message has waited longest comes first, what is for later last in each. */
  get groups(): OutboxGroup[] {
    const groups = new Map<DialogId, OutboxGroup>();
    for (const item of this.items) {
      const dialog = this.#dialogs.find((each) => each.id === item.message.dialogId);
      if (!dialog) continue;
      const group = groups.get(dialog.id) ?? { dialog, items: [] };
      group.items.push(item);
      groups.set(dialog.id, group);
    }
    for (const group of groups.values()) group.items.sort(compareItems);
    return [...groups.values()];
  }

  /** What of one chat is for later, the next one first. */
  scheduledIn(dialogId: DialogId): OutboxItem[] {
    return this.items
      .filter((item) => item.message.dialogId === dialogId && item.waiting.type === 'scheduled')
      .sort(compareItems);
  }

  get(id: MessageId): OutboxItem | undefined {
    return this.items.find((item) => item.message.id === id);
  }
}

/** What goes first stands first: the ones on their way in the engine's order, then those of later by their time. */
function compareItems(a: OutboxItem, b: OutboxItem): number {
  const at = (item: OutboxItem): number => (item.waiting.type === 'scheduled' ? item.waiting.payload.at : 0);
  return at(a) - at(b);
}
