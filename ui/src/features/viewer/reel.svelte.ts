// Owns the pictures and films of a chat while one of them is looked at: oldest first, loaded towards the past as one
// goes there. What was opened is there at once, whether or not the engine lists it already.
import type { Backend } from '~/ipc/backend';
import type {
  AccountId,
  Attachment,
  AttachmentChange,
  DialogId,
  Message,
  MessageId,
  SharedItem,
} from '~/ipc/bindings.gen';
import { withFiles, type MessageFollower } from '~/state/messageFollower';

export interface Shot {
  message: Message;
  item: Attachment;
}

/** One answer of the engine. */
const PAGE = 60;
/** Looked through for what was opened; beyond that it is shown with its own message alone. */
const MOST_PAGES = 20;

export function shotKey({ message, item }: Shot): string {
  return `${message.id}/${String(item.index)}`;
}

export class Reel implements MessageFollower {
  shots = $state.raw<readonly Shot[]>([]);
  at = $state(0);
  /** All in the chat, for “3 of 148”; null until the engine said so. */
  total = $state<number | null>(null);

  #next: string | null = null;
  #loading = false;
  /** Whether the newest of the chat is among the loaded ones, so that places can be counted. */
  #whole = $state(false);

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    readonly dialogId: DialogId,
    message: Message,
    index: number,
  ) {
    this.shots = shotsOf(message);
    this.at = Math.max(
      0,
      this.shots.findIndex((shot) => shot.item.index === index),
    );
  }

  get shot(): Shot | undefined {
    return this.shots[this.at];
  }

  /** Its place in the whole chat, from 1; null while that is not known. */
  get place(): number | null {
    if (this.total === null || !this.#whole) return null;
    return Math.max(1, this.total - (this.shots.length - 1 - this.at));
  }

  /** Finds what was opened among all of the chat. */
  async load(): Promise<void> {
    const opened = this.shot;
    if (!opened) return;
    const key = shotKey(opened);
    try {
      const [counts, shots] = await Promise.all([
        this.backend.sharedCounts(this.accountId, this.dialogId),
        this.#find(key),
      ]);
      if (shots === null) return;
      const current = this.shot ? shotKey(this.shot) : key;
      this.total = counts.media;
      this.shots = shots;
      this.#whole = true;
      this.at = Math.max(
        0,
        shots.findIndex((shot) => shotKey(shot) === current),
      );
    } catch (error) {
      // The message itself is shown; there is nothing to go on to.
      console.warn('the pictures of the chat were not listed', error);
    }
  }

  /** Pages until the opened one is among them; null when it is not. */
  async #find(key: string): Promise<Shot[] | null> {
    const found: Shot[] = [];
    let before: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.backend.sharedAttachments(
        this.accountId,
        this.dialogId,
        'media',
        before,
        PAGE,
      );
      found.unshift(...answer.items.flatMap(shotOf).reverse());
      before = answer.next;
      this.#next = before;
      if (found.some((shot) => shotKey(shot) === key)) return found;
      if (before === null) return null;
    }
    return null;
  }

  async go(step: number): Promise<void> {
    const to = this.at + step;
    if (to < 0 && this.#next !== null) await this.#loadBefore();
    const now = Math.max(0, Math.min(this.shots.length - 1, this.at + step));
    this.at = now;
    // The next step back should not wait.
    if (now < 8 && this.#next !== null) void this.#loadBefore();
  }

  async #loadBefore(): Promise<void> {
    if (this.#loading || this.#next === null) return;
    this.#loading = true;
    try {
      const answer = await this.backend.sharedAttachments(
        this.accountId,
        this.dialogId,
        'media',
        this.#next,
        PAGE,
      );
      this.#next = answer.next;
      const here = new Set(this.shots.map(shotKey));
      const older = answer.items
        .flatMap(shotOf)
        .reverse()
        .filter((shot) => !here.has(shotKey(shot)));
      this.shots = [...older, ...this.shots];
      this.at += older.length;
    } catch (error) {
      console.warn('earlier pictures were not listed', error);
    } finally {
      this.#loading = false;
    }
  }

  /** What was deleted is no longer shown; what is beside it comes in its place. */
  messagesChanged(messages: readonly Message[], removedIds: readonly MessageId[]): void {
    const news = new Map(messages.map((message) => [message.id, message]));
    const gone = new Set(removedIds);
    const current = this.shot;
    const renewed = (shot: Shot): Shot[] => {
      if (gone.has(shot.message.id)) return [];
      const message = news.get(shot.message.id);
      if (message === undefined) return [shot];
      const item = message.attachments.find((each) => each.index === shot.item.index);
      return item ? [{ message, item }] : [];
    };
    if (!this.shots.some((shot) => gone.has(shot.message.id) || news.has(shot.message.id))) return;
    const before = this.shots.slice(0, this.at).flatMap(renewed).length;
    const left = this.shots.flatMap(renewed);
    // As many as are no longer here are no longer in the chat.
    if (this.total !== null) this.total -= this.shots.length - left.length;
    this.shots = left;
    const key = current && shotKey(current);
    const same = left.findIndex((shot) => shotKey(shot) === key);
    this.at = same >= 0 ? same : Math.max(0, Math.min(before, left.length - 1));
  }

  filesChanged(changes: readonly AttachmentChange[]): void {
    this.shots = withFiles(this.shots, changes, {
      messageOf: ({ message }) => message,
      renew: (shot, message) => ({
        message,
        item: message.attachments.find((each) => each.index === shot.item.index) ?? shot.item,
      }),
    });
  }

  /** What is loaded first: the one that is looked at, and those that are one step away. */
  get wanted(): Message[] {
    return [0, 1, -1].flatMap((step) => this.shots[this.at + step]?.message ?? []);
  }
}

function shotsOf(message: Message): Shot[] {
  return message.attachments
    .filter((item) => item.kind === 'image' || item.kind === 'video')
    .map((item) => ({ message, item }));
}

function shotOf({ message, index }: SharedItem): Shot[] {
  const item = message.attachments.find((each) => each.index === index);
  return item ? [{ message, item }] : [];
}
