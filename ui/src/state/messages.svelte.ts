// Owns the part of one chat's history that is on the screen: a contiguous run of at most 300 messages that slides.
// The engine wins on every conflict. History itself lives in the engine; scrolled-away rows are dropped here.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type {
  AccountId,
  Anchor,
  AttachmentChange,
  DialogId,
  Edge,
  Message,
  MessageId,
  MessagePage,
  UserId,
} from '~/ipc/bindings.gen';
import type { Phase } from './dialogs.svelte';
import { withFiles } from './messageFollower';
import { compareMessages, mergeMessages } from './order';

/** Two screens: one answer of the engine, drawn within a few frames. */
export const PAGE = 32;
/** What the page keeps at most; more costs memory and layout without being seen. */
export const CAP = 300;

/** History grows in steps, and each of them is told: one look after the last is enough, ms. */
const LOOK_DELAY_MS = 150;

/** Where the unread part began when the chat was opened. It stays there until the chat is left. */
export interface Divider {
  beforeId: MessageId;
  count: number;
}

export class MessageWindow {
  items = $state.raw<Message[]>([]);
  before = $state.raw<Edge>({ type: 'more' });
  after = $state.raw<Edge>({ type: 'end' });
  phase = $state.raw<Phase>({ kind: 'loading' });
  divider = $state.raw<Divider | null>(null);
  /** An edge being loaded. */
  loading = $state.raw<{ before: boolean; after: boolean }>({ before: false, after: false });

  #look: ReturnType<typeof setTimeout> | null = null;
  /** Answers of an older run are thrown away: the window has moved elsewhere since. */
  #run = 0;
  /** Ids that the engine took back while a page was under way. */
  readonly #removed = new Set<MessageId>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    readonly dialogId: DialogId,
    private readonly me: UserId,
  ) {}

  /** The first look at a chat: where unread begins, or at the newest. */
  async open(firstUnreadId: MessageId | null, unread: number): Promise<void> {
    const anchor: Anchor =
      unread > 0 && firstUnreadId !== null ? { type: 'firstUnread' } : { type: 'newest' };
    await this.#replace(anchor, PAGE, () => {
      if (unread > 0) this.#placeDivider(firstUnreadId, unread);
    });
  }

  async toNewest(): Promise<void> {
    if (this.after.type === 'end' && this.phase.kind === 'ready' && this.items.length > 0) return;
    await this.#replace({ type: 'newest' }, PAGE);
  }

  /** Moves to where a message stands, without what lies between; false when it is no longer there. */
  async goTo(id: MessageId): Promise<boolean> {
    const here = (): boolean => this.items.some((message) => message.id === id);
    if (!here()) await this.#replace({ type: 'around', payload: id }, PAGE);
    return here();
  }

  /** Moves to the first message at or after a moment; null when there is none, and the newest are shown. */
  async goToDate(at: number): Promise<MessageId | null> {
    await this.#replace({ type: 'date', payload: at }, PAGE);
    return this.items.find((message) => message.sentAt >= at)?.id ?? null;
  }

  /** The chat is left; answers that are still under way find nobody. */
  close(): void {
    this.#run += 1;
    if (this.#look !== null) clearTimeout(this.#look);
  }

  /** The event of the engine: it knows more of the history now, so a gap may be closed, or one have come to light. */
  historyChanged(): void {
    if (this.before.type === 'gap') this.before = { type: 'more' };
    if (this.after.type === 'gap') this.after = { type: 'more' };
    if (this.#look !== null) clearTimeout(this.#look);
    this.#look = setTimeout(() => void this.#lookBelow(), LOOK_DELAY_MS);
  }

  /**
   * Makes sure that nothing is missing before the newest message: what arrived after a time without connection was
   * put behind the last one that was here, and between them there may be more.
   */
  async #lookBelow(): Promise<void> {
    this.#look = null;
    const last = this.items.at(-1);
    if (!last) {
      await this.toNewest();
      return;
    }
    if (this.after.type !== 'end' || this.phase.kind !== 'ready') return;
    const run = this.#run;
    try {
      const page = await this.#page({ type: 'before', payload: last.id }, PAGE);
      if (run !== this.#run) return;
      const first = this.items[0] ?? last;
      const begin = page.items[0] ?? last;
      // Only what lies between the messages that are here; the edges are looked at when they come near.
      let items = mergeMessages(
        this.items,
        page.items.filter((message) => compareMessages(message, first) > 0),
      );
      if (page.before.type === 'gap' && compareMessages(begin, first) > 0) {
        // Above the gap is another run of messages. This one is what follows the gap.
        items = items.filter((message) => compareMessages(message, begin) >= 0);
        this.before = page.before;
      }
      this.items = items.slice(-CAP);
    } catch {
      // What is shown stays; the next connection brings the next event.
    }
  }

  /** Loads the run again around what is being looked at: after a lag. */
  async reload(lookingAt: MessageId | null): Promise<void> {
    const anchor: Anchor = lookingAt === null ? { type: 'newest' } : { type: 'around', payload: lookingAt };
    await this.#replace(anchor, Math.min(CAP, Math.max(PAGE, this.items.length)));
  }

  async loadBefore(): Promise<void> {
    const first = this.items[0];
    if (!first || this.loading.before || this.before.type === 'end') return;
    const run = this.#run;
    this.loading = { ...this.loading, before: true };
    try {
      const page = await this.#page({ type: 'before', payload: first.id }, PAGE);
      if (run !== this.#run) return;
      const merged = mergeMessages(this.items, page.items);
      this.before = page.before;
      // A page that brings nothing although there is more would ask for ever.
      if (page.items.length === 0 && page.before.type === 'more') this.before = { type: 'end' };
      if (merged.length > CAP) this.after = { type: 'more' };
      this.items = merged.slice(0, CAP);
    } catch {
      if (run === this.#run) this.before = { type: 'gap', payload: { reason: 'failed' } };
    } finally {
      if (run === this.#run) this.loading = { ...this.loading, before: false };
    }
  }

  async loadAfter(): Promise<void> {
    const last = this.items.at(-1);
    if (!last || this.loading.after || this.after.type === 'end') return;
    const run = this.#run;
    this.loading = { ...this.loading, after: true };
    try {
      const page = await this.#page({ type: 'after', payload: last.id }, PAGE);
      if (run !== this.#run) return;
      const merged = mergeMessages(this.items, page.items);
      this.after = page.after;
      if (page.items.length === 0 && page.after.type === 'more') this.after = { type: 'end' };
      if (merged.length > CAP) this.before = { type: 'more' };
      this.items = merged.slice(-CAP);
    } catch {
      if (run === this.#run) this.after = { type: 'gap', payload: { reason: 'failed' } };
    } finally {
      if (run === this.#run) this.loading = { ...this.loading, after: false };
    }
  }

  /** The event of the engine: idempotent upserts. What lies outside the run is not for this window. */
  apply(messages: Message[], removed: MessageId[]): void {
    for (const id of removed) this.#removed.add(id);
    for (const message of messages) this.#removed.delete(message.id);
    // What is to be sent later has no place here yet.
    const gone = new Set(removed);
    for (const message of messages) if (message.hold?.type === 'scheduled') gone.add(message.id);
    let items = gone.size > 0 ? this.items.filter((message) => !gone.has(message.id)) : this.items;
    const first = items[0];
    const last = items.at(-1);
    const arrived = messages.filter((message) => {
      if (gone.has(message.id)) return false;
      if (!first || !last) return this.after.type === 'end';
      if (compareMessages(message, first) < 0) return this.before.type === 'end';
      if (compareMessages(message, last) > 0) return this.after.type === 'end';
      return true;
    });
    items = mergeMessages(items, arrived);
    if (items.length > CAP) {
      items = items.slice(-CAP);
      this.before = { type: 'more' };
    }
    if (items !== this.items) this.items = items;
  }

  /** The event of the engine: files came further. Messages without news stay the very objects they are. */
  filesChanged(changes: readonly AttachmentChange[]): void {
    const items = withFiles(this.items, changes, { messageOf: (message) => message, renew: (_, now) => now });
    if (items !== this.items) this.items = [...items];
  }

  /** `settle` runs when the page is in place and before anybody is told. */
  async #replace(anchor: Anchor, limit: number, settle?: () => void): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.loading = { before: false, after: false };
    this.#removed.clear();
    const known = this.items;
    try {
      const page = await this.#page(anchor, limit);
      if (run !== this.#run) return;
      // Events that came while the page was under way are newer than it.
      const during = this.items === known ? [] : this.items.filter((message) => !known.includes(message));
      this.before = page.before;
      this.after = page.after;
      // Objects that say the same stay, and with them what is drawn.
      const here = new Set(page.items.map((message) => message.id));
      this.items = mergeMessages(
        known.filter((message) => here.has(message.id)),
        page.items,
      );
      if (during.length > 0) this.apply(during, []);
      settle?.();
      this.phase = { kind: 'ready' };
    } catch (error) {
      if (run !== this.#run) return;
      if (this.items.length === 0) this.phase = { kind: 'failed', error: toIpcError(error) };
    }
  }

  async #page(anchor: Anchor, limit: number): Promise<MessagePage> {
    const page = await this.backend.messages(this.accountId, this.dialogId, anchor, limit);
    if (this.#removed.size === 0) return page;
    return { ...page, items: page.items.filter((message) => !this.#removed.has(message.id)) };
  }

  #placeDivider(firstUnreadId: MessageId | null, unread: number): void {
    const named = this.items.find((message) => message.id === firstUnreadId);
    if (named) {
      this.divider = { beforeId: named.id, count: unread };
      return;
    }
    // The engine knows how many but not where: count back over what others wrote.
    const theirs = this.items.filter((message) => message.senderId !== this.me && message.system === null);
    const begin = theirs.at(-unread);
    if (begin) this.divider = { beforeId: begin.id, count: unread };
  }
}
