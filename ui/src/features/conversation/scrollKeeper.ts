// Holds the place in a conversation. Either it follows the newest message, or it keeps the first visible bubble at
// its distance from the top, through pages added above or below, late heights and a resized window.
//
// The mark is taken only when the person scrolls. Putting the view back never takes a new one, so that rounding of
// scroll positions cannot add up.
import { firstBelow, marksIn, scrollToKeep, type Mark, type Measured } from './anchor';

/** Distance from the bottom, px, within which the person counts as looking at the newest. */
const FOLLOW_PX = 32;

type Hold = { kind: 'follow' } | { kind: 'marks'; marks: Mark[] };

export interface ScrollState {
  following: boolean;
  /** Distance to the newest edge of what is loaded, px. */
  fromBottom: number;
  fromTop: number;
}

export class ScrollKeeper {
  #hold: Hold = { kind: 'follow' };
  /** While following, this row must stay in view: the unread line that appeared while nobody looked. */
  #pin: string | null = null;
  /** Scroll position that this class wrote last; its own scroll events are not the person's. */
  #written = -1;
  readonly #rows: HTMLCollectionOf<Element>;
  readonly #observer: ResizeObserver;

  constructor(
    private readonly view: HTMLElement,
    content: HTMLElement,
    /** Class of the rows that have `data-id`. */
    rowClass: string,
    /** False while newer messages are known but not loaded: the end of the page is not the newest. */
    private readonly atEnd: () => boolean,
    private readonly onmove: (state: ScrollState, byPerson: boolean) => void,
  ) {
    this.#rows = content.getElementsByClassName(rowClass);
    // Runs after layout and before paint, so that no frame shows the wrong place.
    this.#observer = new ResizeObserver(() => {
      this.restore();
    });
    this.#observer.observe(view);
    this.#observer.observe(content);
    view.addEventListener('scroll', this.#scrolled, { passive: true });
  }

  destroy(): void {
    this.#observer.disconnect();
    this.view.removeEventListener('scroll', this.#scrolled);
  }

  get following(): boolean {
    return this.#hold.kind === 'follow';
  }

  /** The bubble that stands first in view; null while following. */
  get lookingAt(): string | null {
    return this.#hold.kind === 'marks' ? (this.#hold.marks[0]?.id ?? null) : null;
  }

  /** That bubble and where it stands; null while following. */
  get mark(): Mark | null {
    return this.#hold.kind === 'marks' ? (this.#hold.marks[0] ?? null) : null;
  }

  /** Follow the newest from now on. */
  follow(): void {
    this.#hold = { kind: 'follow' };
    this.#pin = null;
    this.restore();
  }

  /** Keep the row with this id in view while following. */
  pin(id: string): void {
    this.#pin = id;
  }

  /** Puts the row with this id `offset` px below the top of the view and keeps it there. */
  show(id: string, offset: number): void {
    this.#hold = { kind: 'marks', marks: [{ id, offset }] };
    this.restore();
    // What could not be reached because the page ends is taken as it is.
    this.#take();
  }

  /** Puts the view back to what it holds. Cheap when nothing moved. */
  restore(): void {
    if (this.view.clientHeight === 0) return;
    const most = this.view.scrollHeight - this.view.clientHeight;
    const viewTop = this.view.getBoundingClientRect().top;
    if (this.#hold.kind === 'follow') {
      let target = most;
      const pinned = this.#pin === null ? undefined : this.#find(this.#pin);
      if (pinned) {
        const top = pinned.getBoundingClientRect().top;
        target = scrollToKeep(this.view.scrollTop, top, viewTop, 48, most);
      }
      this.#write(target);
    } else {
      for (const mark of this.#hold.marks) {
        const row = this.#find(mark.id);
        if (!row) continue;
        const top = row.getBoundingClientRect().top;
        this.#write(scrollToKeep(this.view.scrollTop, top, viewTop, mark.offset, most));
        break;
      }
    }
    this.#tell(false);
  }

  /** Scrolls for the person by `by` px, as their own movement. */
  scrollBy(by: number): void {
    this.view.scrollTop += by;
  }

  #write(target: number): void {
    if (Math.abs(this.view.scrollTop - target) < 0.5) return;
    this.view.scrollTop = target;
    this.#written = this.view.scrollTop;
  }

  readonly #scrolled = (): void => {
    if (Math.abs(this.view.scrollTop - this.#written) < 0.5) return;
    this.#written = -1;
    this.#pin = null;
    this.#take();
    this.#tell(true);
  };

  #take(): void {
    const state = this.#measure();
    if (state.fromBottom <= FOLLOW_PX && this.atEnd()) {
      this.#hold = { kind: 'follow' };
      return;
    }
    const box = this.view.getBoundingClientRect();
    const bottomOf = (index: number): number => this.#rows[index]?.getBoundingClientRect().bottom ?? Infinity;
    const visible: Measured[] = [];
    for (
      let index = firstBelow(this.#rows.length, bottomOf, box.top);
      index < this.#rows.length;
      index += 1
    ) {
      const row = this.#rows[index];
      if (!(row instanceof HTMLElement)) break;
      const { top, bottom } = row.getBoundingClientRect();
      if (top >= box.bottom) break;
      visible.push({ id: row.dataset['id'] ?? '', top, bottom });
    }
    const marks = marksIn(visible, box.top, box.bottom);
    if (marks.length > 0) this.#hold = { kind: 'marks', marks };
  }

  #find(id: string): Element | undefined {
    return this.view.querySelector(`[data-id="${CSS.escape(id)}"]`) ?? undefined;
  }

  #measure(): ScrollState {
    const { scrollTop, scrollHeight, clientHeight } = this.view;
    return {
      following: this.#hold.kind === 'follow',
      fromBottom: scrollHeight - clientHeight - scrollTop,
      fromTop: scrollTop,
    };
  }

  #tell(byPerson: boolean): void {
    this.onmove(this.#measure(), byPerson);
  }
}
