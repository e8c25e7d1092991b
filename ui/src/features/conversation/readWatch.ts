// Watches which of the others' messages have their last line on the screen, in a window that is looked at, and tells the
// tracker; what counts as read is decided there.
import type { Message, MessageId } from '~/ipc/bindings.gen';
import { ReadTracker } from './readTracker';

/** So much of the last line has to be in view. */
const SHOWN = 0.9;

export class ReadWatch {
  readonly #tracker: ReadTracker;
  readonly #observer: IntersectionObserver;
  readonly #watched = new Set<Element>();

  constructor(
    private readonly view: HTMLElement,
    private readonly byId: (id: MessageId) => Message | undefined,
    onread: (upTo: MessageId) => void,
  ) {
    this.#tracker = new ReadTracker(onread, document.hasFocus());
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!(entry.target instanceof HTMLElement)) continue;
          const message = this.byId(entry.target.dataset['seen'] ?? '');
          if (message) this.#tracker.see(message, entry.isIntersecting);
        }
      },
      { root: view, threshold: SHOWN },
    );
    globalThis.addEventListener('focus', this.#focused);
    globalThis.addEventListener('blur', this.#focused);
    document.addEventListener('visibilitychange', this.#focused);
  }

  /** Rows changed. Nothing to mark, nothing to watch: every watched line costs a measurement in every frame of scrolling. */
  watch(unread: boolean): void {
    const lines = new Set<Element>(unread ? this.view.querySelectorAll('[data-seen]') : []);
    for (const line of this.#watched) {
      if (lines.has(line)) continue;
      this.#observer.unobserve(line);
      this.#watched.delete(line);
    }
    for (const line of lines) {
      if (this.#watched.has(line)) continue;
      this.#watched.add(line);
      this.#observer.observe(line);
    }
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#tracker.destroy();
    globalThis.removeEventListener('focus', this.#focused);
    globalThis.removeEventListener('blur', this.#focused);
    document.removeEventListener('visibilitychange', this.#focused);
  }

  readonly #focused = (): void => this.#tracker.focus(document.hasFocus() && !document.hidden);
}
