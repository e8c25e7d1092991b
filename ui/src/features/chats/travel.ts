// Moves rows to where they stand now from where they stood. When all of them went the same way, which is what a chat
// from below does to the rows in view, one movement of the whole list stands for twenty. Whatever moves within one frame
// is one movement, begun with the frame: in a burst, starting animations that nobody sees cost as much as the moves.
import type { Move, Slot } from './slots.svelte';

/** `--t-base` and `--ease-both`. */
const TRAVEL: KeyframeAnimationOptions = { duration: 150, easing: 'cubic-bezier(0.4, 0, 0.2, 1)' };
/** More than this is not followed by the eye; the rest of the way is jumped, rows. */
const MOST_ROWS = 3;

/** What has to be animated: the whole list by some rows, or single rows. Nothing when no row changed its place. */
export function travelOf(moves: readonly Move[]): { together: number } | { apart: Move[] } | null {
  const changed = moves.filter((move) => move.by !== 0);
  const [first] = changed;
  if (!first) return null;
  const together = changed.length === moves.length && changed.every((move) => move.by === first.by);
  return together ? { together: first.by } : { apart: changed };
}

/** Two steps as one, for the rows that were drawn through both. */
export function joined(before: readonly Move[] | null, after: readonly Move[]): readonly Move[] {
  if (before === null) return after;
  const earlier = new Map(before.map((move) => [move.slot, move.by]));
  return after.flatMap(({ slot, by }) => {
    const first = earlier.get(slot);
    return first === undefined ? [] : [{ slot, by: first + by }];
  });
}

export class Travel {
  /** What moved since the last frame. */
  #waiting: readonly Move[] | null = null;
  #whole: { animation: Animation; rows: number } | null = null;

  /** `elementOf` gives the element of a row; `list` holds them all. */
  run(
    list: HTMLElement,
    moves: readonly Move[],
    rowHeight: number,
    elementOf: (slot: Slot) => Element | null,
  ): void {
    const first = this.#waiting === null;
    this.#waiting = joined(this.#waiting, moves);
    if (!first) return;
    requestAnimationFrame(() => {
      const travel = travelOf(this.#waiting ?? []);
      this.#waiting = null;
      if (travel === null || !list.isConnected) return;
      if ('together' in travel) this.#together(list, travel.together, rowHeight);
      else for (const { slot, by } of travel.apart) this.#start(elementOf(slot), by, rowHeight);
    });
  }

  #together(list: HTMLElement, by: number, rowHeight: number): void {
    // A second move while the first is under way begins where that one is.
    const before = this.#whole;
    const progress = before?.animation.effect?.getComputedTiming().progress ?? 1;
    const left = before === null ? 0 : before.rows * (1 - progress);
    before?.animation.cancel();
    const rows = Math.max(-MOST_ROWS, Math.min(MOST_ROWS, left + by));
    const animation = this.#start(list, rows, rowHeight);
    this.#whole = animation ? { animation, rows } : null;
  }

  #start(element: Element | null, rows: number, rowHeight: number): Animation | null {
    if (!element) return null;
    return element.animate(
      [{ transform: `translateY(${String(-rows * rowHeight)}px)` }, { transform: 'none' }],
      TRAVEL,
    );
  }
}
