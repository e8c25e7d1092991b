// Owns the one short sentence that floats at the lower edge: what has just been done, and the way back.
// A later one takes the place of an earlier one, because only the latest step can be taken back.

/** Time to read a sentence and to reach the button, ms. */
export const TOAST_MS = 6000;

export interface ToastWords {
  text: string;
  action: { label: string; run: () => void } | null;
}

export class Toast {
  words = $state.raw<ToastWords | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string, action: ToastWords['action'] = null): void {
    this.words = { text, action };
    this.resume();
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.words = null;
  }

  /** A pointer or the focus is on it: it waits. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** The time runs anew. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.words = null), TOAST_MS);
  }
}
