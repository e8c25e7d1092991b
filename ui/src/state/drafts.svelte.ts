// Owns what is being written and not yet sent. The window wins while it is open; the engine keeps it over a restart.
import type { Backend } from '~/ipc/backend';
import type { AccountId, Dialog, DialogId, Message } from '~/ipc/bindings.gen';

/** Long enough not to write every key, short enough that a crash costs a word. */
const SAVE_DELAY_MS = 600;

interface Waiting {
  text: string;
  timer: ReturnType<typeof setTimeout>;
}

export class Drafts {
  readonly #texts = new Map<DialogId, string>();
  readonly #waiting = new Map<DialogId, Waiting>();

  /** What the draft answers; of this run of the app only. */
  readonly #replies = new Map<DialogId, Message>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  of(dialog: Dialog): string {
    return this.#texts.get(dialog.id) ?? dialog.draft ?? '';
  }

  replyOf(dialogId: DialogId): Message | null {
    return this.#replies.get(dialogId) ?? null;
  }

  setReply(dialogId: DialogId, message: Message | null): void {
    if (message === null) this.#replies.delete(dialogId);
    else this.#replies.set(dialogId, message);
  }

  set(dialogId: DialogId, text: string): void {
    this.#texts.set(dialogId, text);
    const before = this.#waiting.get(dialogId);
    if (before) clearTimeout(before.timer);
    this.#waiting.set(dialogId, {
      text,
      timer: setTimeout(() => void this.save(dialogId), SAVE_DELAY_MS),
    });
  }

  /** Writes a waiting draft now: when the chat is left or the window closes. */
  async save(dialogId: DialogId): Promise<void> {
    const waiting = this.#waiting.get(dialogId);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(dialogId);
    try {
      await this.backend.saveDraft(this.accountId, dialogId, waiting.text);
    } catch (error) {
      // The text is still in this window and is written with the next key.
      console.warn('a draft was not saved', error);
    }
  }

  async saveAll(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((dialogId) => this.save(dialogId)));
  }
}
