// Owns the files that somebody drags over the window: where they are, and what letting go of them would do.
import type { DialogId } from '~/ipc/bindings.gen';

/** What lies under the pointer, as far as files can be put there. */
export type DropPlace = { kind: 'conversation'; as: 'pictures' | 'files' } | { kind: 'dialog'; id: DialogId };

/** Marks what takes files: `data-drop="pictures"` and `files` in the open chat, `data-dialog` in the list. */
export function placeUnder(element: Element | null): DropPlace | null {
  const zone = element?.closest<HTMLElement>('[data-drop], [data-dialog]');
  if (!zone) return null;
  const { drop, dialog } = zone.dataset;
  if (drop === 'pictures' || drop === 'files') return { kind: 'conversation', as: drop };
  return dialog === undefined ? null : { kind: 'dialog', id: dialog };
}

export class Drop {
  /** How many files are over the window; null while there are none. */
  count = $state<number | null>(null);
  /** What would take them. */
  place = $state.raw<DropPlace | null>(null);
  /** Where the pointer is, CSS px. */
  at = $state.raw({ x: 0, y: 0 });

  constructor(private readonly look: (x: number, y: number) => Element | null) {}

  /** They are here, at a place in CSS px. How many is told when they come, not with each step: 0 stands for as many as before. */
  over(x: number, y: number, count: number): void {
    this.count = count === 0 ? (this.count ?? 1) : count;
    this.at = { x, y };
    this.#settle();
  }

  /** Looks again where the pointer is: what takes files is drawn only once they are there. */
  #settle(): void {
    const next = placeUnder(this.look(this.at.x, this.at.y));
    if (JSON.stringify(next) !== JSON.stringify(this.place)) this.place = next;
  }

  leave(): void {
    this.count = null;
    this.place = null;
  }

  /** They were let go of; what takes them, if anything does. */
  end(x: number, y: number): DropPlace | null {
    const place = placeUnder(this.look(x, y)) ?? null;
    this.leave();
    return place;
  }
}
