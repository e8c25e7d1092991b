// Decides when a message counts as read: its end was on the screen for 500 ms in a window that had the focus.
// Only time and order live here; what is visible comes from outside.
import type { Message, MessageId } from '~/ipc/bindings.gen';
import { compareMessages } from '~/state/order';

/** Reading clears the badge after this time on the screen, not when the chat is opened. */
export const READ_AFTER_MS = 500;

interface Seen {
  message: Message;
  /** Since when it can be read without a break. */
  since: number;
}

export class ReadTracker {
  readonly #visible = new Map<MessageId, Seen>();
  #focused: boolean;
  #upTo: Message | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly onread: (upTo: MessageId) => void,
    focused: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#focused = focused;
  }

  /** Somebody else's message came into or left the view. */
  see(message: Message, visible: boolean): void {
    if (!visible) this.#visible.delete(message.id);
    else if (!this.#visible.has(message.id)) this.#visible.set(message.id, { message, since: this.now() });
    this.#wait();
  }

  focus(focused: boolean): void {
    if (focused === this.#focused) return;
    this.#focused = focused;
    const now = this.now();
    for (const seen of this.#visible.values()) seen.since = now;
    this.#stop();
    this.#wait();
  }

  destroy(): void {
    this.#stop();
    this.#visible.clear();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #isNews(message: Message): boolean {
    return this.#upTo === null || compareMessages(message, this.#upTo) > 0;
  }

  /** One timer, for the message that is due first; the others are looked at when it fires. */
  #wait(): void {
    if (!this.#focused || this.#timer !== null) return;
    let first = Infinity;
    for (const { message, since } of this.#visible.values()) {
      if (this.#isNews(message)) first = Math.min(first, since);
    }
    if (first === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#due();
        this.#wait();
      },
      Math.max(0, first + READ_AFTER_MS - this.now()),
    );
  }

  #due(): void {
    const before = this.now() - READ_AFTER_MS;
    let read: Message | null = null;
    for (const { message, since } of this.#visible.values()) {
      // A millisecond of grace: timers may fire a fraction early.
      if (since > before + 1 || !this.#isNews(message)) continue;
      if (read === null || compareMessages(message, read) > 0) read = message;
    }
    if (read === null) return;
    this.#upTo = read;
    this.onread(read.id);
  }
}
