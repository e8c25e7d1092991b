// Owns what is being written and not yet sent: the words, what they answer, and a message that is being changed. The
// window wins while it is open; the engine keeps it over a restart.
import type { Backend } from '~/ipc/backend';
import type { AccountId, Dialog, DialogId, Draft } from '~/ipc/bindings.gen';

/** Long enough not to write every key, short enough that a crash costs a word. */
const SAVE_DELAY_MS = 600;

export const NO_DRAFT: Draft = { text: '', reply: null, edit: null };

export class Drafts {
  readonly #drafts = new Map<DialogId, Draft>();
  readonly #waiting = new Map<DialogId, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  of(dialog: Pick<Dialog, 'id' | 'draft'>): Draft {
    return this.#drafts.get(dialog.id) ?? dialog.draft ?? NO_DRAFT;
  }

  set(dialogId: DialogId, draft: Draft): void {
    this.#drafts.set(dialogId, draft);
    clearTimeout(this.#waiting.get(dialogId));
    this.#waiting.set(
      dialogId,
      setTimeout(() => void this.save(dialogId), SAVE_DELAY_MS),
    );
  }

  /** Writes a waiting draft now: when the chat is left or the window closes. */
  async save(dialogId: DialogId): Promise<void> {
    const draft = this.#drafts.get(dialogId);
    if (!this.#waiting.has(dialogId) || !draft) return;
    clearTimeout(this.#waiting.get(dialogId));
    this.#waiting.delete(dialogId);
    try {
      await this.backend.saveDraft(this.accountId, dialogId, draft);
    } catch (error) {
      // The text is still in this window and is written with the next key.
      console.warn('a draft was not saved', error);
    }
  }

  async saveAll(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((dialogId) => this.save(dialogId)));
  }
}
