// Owns who is writing where. The engine wins and also ends what it began: it expires after 30 s without a word.
import { SvelteMap } from 'svelte/reactivity';
import type { DialogId, UserId } from '~/ipc/bindings.gen';

const NOBODY: readonly UserId[] = [];

export class Typing {
  readonly #byDialog = new SvelteMap<DialogId, readonly UserId[]>();

  in(dialogId: DialogId): readonly UserId[] {
    return this.#byDialog.get(dialogId) ?? NOBODY;
  }

  set(dialogId: DialogId, userIds: UserId[]): void {
    if (userIds.length === 0) this.#byDialog.delete(dialogId);
    else this.#byDialog.set(dialogId, userIds);
  }

  /** What cannot be known is not drawn: without a connection nobody types. */
  clear(): void {
    this.#byDialog.clear();
  }
}
