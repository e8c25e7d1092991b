// The present moment for words that grow old: “last seen 5 min ago”. One timer for the whole window, and none while
// nobody reads it.
import { createSubscriber } from 'svelte/reactivity';

/** Words count in minutes; half of one keeps them close to the truth. */
const STEP_MS = 30_000;

class Clock {
  readonly #reads = createSubscriber((update) => {
    const timer = setInterval(update, STEP_MS);
    return () => clearInterval(timer);
  });

  /** Unix milliseconds. Whoever reads it in an effect or a derived value is drawn again as time passes. */
  get now(): number {
    this.#reads();
    return Date.now();
  }
}

export const clock = new Clock();
