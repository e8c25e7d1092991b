// Owns one list of what was shared in a chat: newest first, a page at a time, from the engine's memory.
import type { Backend } from '~/ipc/backend';
import type {
  AccountId,
  AttachmentChange,
  DialogId,
  Message,
  MessageId,
  SharedItem,
  SharedKind,
  SharedPage,
} from '~/ipc/bindings.gen';
import { withFiles, type MessageFollower } from '~/state/messageFollower';

/** One answer: some screens of small pictures. */
const PAGE = 60;

export function sharedKey({ message, index }: SharedItem): string {
  return `${message.id}/${String(index)}`;
}

export class SharedList implements MessageFollower {
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
    readonly dialogId: DialogId,
    readonly kind: SharedKind,
  ) {}

  /** Looks what is new. What is listed stays until the answer is here, and what lies behind it stays as it is. */
  async load(): Promise<void> {
    this.#run += 1;
    this.#busy = false;
    await this.#ask(null, (page) => {
      const fresh = new Set(page.items.map(sharedKey));
      // Where the page ends among what was listed before: what is older than its last one is known already.
      const last = page.items.at(-1);
      const overlap = last ? this.items.findIndex((item) => sharedKey(item) === sharedKey(last)) : -1;
      if (overlap < 0 || page.next === null) {
        this.#take(page.items, page.next);
        return;
      }
      const older = this.items.slice(overlap + 1).filter((item) => !fresh.has(sharedKey(item)));
      // With nothing behind it the page says itself how it goes on.
      this.#take([...page.items, ...older], older.length > 0 ? this.#next : page.next);
    });
  }

  /** Goes on to the past. */
  async loadMore(): Promise<void> {
    if (this.#next === null) return;
    await this.#ask(this.#next, (page) => {
      const here = new Set(this.items.map(sharedKey));
      this.#take([...this.items, ...page.items.filter((item) => !here.has(sharedKey(item)))], page.next);
    });
  }

  /** What is gone is no longer listed; what is new is looked for by whoever shows the list. */
  messagesChanged(messages: readonly Message[], removedIds: readonly MessageId[]): void {
    const gone = new Set(removedIds);
    for (const message of messages) if (message.deleted) gone.add(message.id);
    if (this.items.some(({ message }) => gone.has(message.id)))
      this.items = this.items.filter(({ message }) => !gone.has(message.id));
  }

  filesChanged(changes: readonly AttachmentChange[]): void {
    this.items = withFiles(this.items, changes, {
      messageOf: ({ message }) => message,
      renew: (item, message) => ({ ...item, message }),
    });
  }

  #take(items: readonly SharedItem[], next: string | null): void {
    this.items = items;
    this.#next = next;
    this.more = next !== null;
    this.phase = 'ready';
  }

  async #ask(before: string | null, take: (page: SharedPage) => void): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const run = this.#run;
    try {
      const page = await this.backend.sharedAttachments(
        this.accountId,
        this.dialogId,
        this.kind,
        before,
        PAGE,
      );
      if (run === this.#run) take(page);
    } catch (error) {
      if (run !== this.#run) return;
      console.warn('what was shared was not listed', error);
      this.phase = 'failed';
    } finally {
      if (run === this.#run) this.#busy = false;
    }
  }
}
