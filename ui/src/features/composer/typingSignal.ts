// When the other side is told that somebody writes here: sparingly while keys come, and at once when it is over.

/** The other side forgets after 30 s; a few words in between keep it alive. */
export const REPEAT_MS = 4000;
/** Without a key for this long nobody is writing any more. */
export const PAUSE_MS = 5000;

export class TypingSignal {
  #lastSent = -Infinity;
  #on = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly send: (typing: boolean) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A key changed the text; an emptied field is not writing. */
  typed(empty: boolean): void {
    if (empty) {
      this.stop();
      return;
    }
    const now = this.now();
    if (!this.#on || now - this.#lastSent >= REPEAT_MS) {
      this.#on = true;
      this.#lastSent = now;
      this.send(true);
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.stop();
    }, PAUSE_MS);
  }

  /** Sent, emptied, or the chat was left. Says so only if the other side believes otherwise. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#on) return;
    this.#on = false;
    this.send(false);
  }
}
