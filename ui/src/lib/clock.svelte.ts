// The present moment for words that grow old: “last seen 5 min ago”. One timer for the whole window.

/** Words count in minutes; half of one keeps them close to the truth. */
const STEP_MS = 30_000;

class Clock {
  #ticks = $state(0);

  /** Begins to tick, once, with the window. */
  start(): void {
    setInterval(() => (this.#ticks += 1), STEP_MS);
  }

  /** Unix milliseconds. Whoever reads it in an effect or a derived value is drawn again as time passes. */
  get now(): number {
    void this.#ticks;
    return Date.now();
  }
}

export const clock = new Clock();
