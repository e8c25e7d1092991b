// Decides when a message counts as read: its end was on the screen for 500 ms in a window that had the focus.
// Only time and order live here; what is visible comes from outside.
import type { Message, MessageId } from '~/ipc/bindings.gen';
import { compareMessages } from '~/state/order';

/** Reading clears the badge after this time on the screen, not when the chat is opened. */
export const READ_AFTER_MS = 500;

export class ReadTracker {
  readonly #visible = new Map<MessageId, Message>();
  #focused: boolean;
  #upTo: Message | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly onread: (upTo: MessageId) => void,
    focused: boolean,
  ) {
    this.#focused = focused;
  }

  /** Somebody else's message came into or left the view. */
  see(message: Message, visible: boolean): void {
    if (visible) this.#visible.set(message.id, message);
    else this.#visible.delete(message.id);
    this.#restart(visible ? message : null);
  }

  focus(focused: boolean): void {
    this.#focused = focused;
    this.#stop();
    this.#restart(this.#newest());
  }

  destroy(): void {
    this.#stop();
    this.#visible.clear();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #newest(): Message | null {
    let newest: Message | null = null;
    for (const message of this.#visible.values()) {
      if (newest === null || compareMessages(message, newest) > 0) newest = message;
    }
    return newest;
  }

  /** One timer is enough: what is newer than what is waited for begins its own time after it. */
  #restart(arrived: Message | null): void {
    if (!this.#focused || arrived === null || this.#timer !== null) return;
    if (this.#upTo !== null && compareMessages(arrived, this.#upTo) <= 0) return;
    const waitedFor = new Set(this.#visible.keys());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#done(waitedFor);
    }, READ_AFTER_MS);
  }

  #done(waitedFor: Set<MessageId>): void {
    let read: Message | null = null;
    for (const id of waitedFor) {
      const message = this.#visible.get(id);
      if (message && (read === null || compareMessages(message, read) > 0)) read = message;
    }
    if (read !== null && (this.#upTo === null || compareMessages(read, this.#upTo) > 0)) {
      this.#upTo = read;
      this.onread(read.id);
    }
    const newest = this.#newest();
    if (newest !== null && !waitedFor.has(newest.id)) this.#restart(newest);
  }
}
