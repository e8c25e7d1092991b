// The drawn rows of a long list, used again and again: a row that leaves the view lends its place in the page to the one
// that comes in, and only its words change. Making a row anew cost more than everything else a move does.
import type { Dialog, DialogId } from '~/ipc/bindings.gen';

export class Slot {
  dialog = $state.raw() as Dialog;
  /** Place in the list. */
  at = $state(0);
  /** Out of view: it is drawn only because it has the focus. */
  apart = $state(false);

  constructor(dialog: Dialog) {
    this.dialog = dialog;
  }
}

/** A row that was drawn before and is drawn still. */
export interface Move {
  slot: Slot;
  /** Rows it stands lower than before; negative is higher. */
  by: number;
}

export class Slots {
  /** In the order of the list, which is the order of reading. */
  list = $state.raw<Slot[]>([]);
  readonly #byId = new Map<DialogId, Slot>();

  /**
   * Draws exactly these chats.
   *
   * @param from - Place of the first of `dialogs`, which follow one another.
   * @param extra - One more, elsewhere in the list.
   * @returns where rows that stay went.
   */
  show(dialogs: readonly Dialog[], from: number, extra: { dialog: Dialog; at: number } | null): Move[] {
    const wanted = new Set(dialogs.map((dialog) => dialog.id));
    if (extra) wanted.add(extra.dialog.id);
    const free: Slot[] = [];
    for (const [id, slot] of this.#byId) {
      if (wanted.has(id)) continue;
      free.push(slot);
      this.#byId.delete(id);
    }
    const moves: Move[] = [];
    const next: Slot[] = [];
    const put = (dialog: Dialog, at: number, apart: boolean): void => {
      let slot = this.#byId.get(dialog.id);
      if (slot) {
        slot.dialog = dialog;
        if (!apart && !slot.apart) moves.push({ slot, by: at - slot.at });
      } else {
        slot = free.pop();
        if (slot) slot.dialog = dialog;
        else slot = new Slot(dialog);
        this.#byId.set(dialog.id, slot);
      }
      slot.at = at;
      slot.apart = apart;
      next.push(slot);
    };
    if (extra && extra.at < from) put(extra.dialog, extra.at, true);
    dialogs.forEach((dialog, index) => put(dialog, from + index, false));
    if (extra && extra.at >= from) put(extra.dialog, extra.at, true);
    if (next.length !== this.list.length || next.some((slot, index) => slot !== this.list[index]))
      this.list = next;
    return moves;
  }
}
