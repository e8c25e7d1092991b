// Owns the one short sentence that floats at the lower edge: what has just been done, and the way back.
// A later one takes the place of an earlier one, because only the latest step can be taken back.

/** Time to read a sentence and to reach its button, ms; also the longest without one. */
const WITH_BUTTON_MS = 6000;
/** Time to notice a sentence that asks for nothing, and to read each of its letters, ms. */
const NOTICE_MS = 1800;
const LETTER_MS = 45;

/** How long these words stay, ms: no longer over what lies below than it takes to read them. */
export function stayMs({ text, action }: ToastWords): number {
  if (action !== null) return WITH_BUTTON_MS;
  return Math.min(WITH_BUTTON_MS, NOTICE_MS + LETTER_MS * text.length);
}

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
    if (this.words === null) return;
    this.#timer = setTimeout(() => (this.words = null), stayMs(this.words));
  }
}
