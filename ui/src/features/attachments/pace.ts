// How fast bytes come or go, and how long the rest will take. Pure: the time is passed in.

/** Rates older than this say nothing about now, ms. */
const WINDOW_MS = 6000;
/** Bytes that come no more often than this stand still, ms. */
export const STALLED_MS = WINDOW_MS;
/** Nothing is said before so much time has been looked at: the first guess is the worst, ms. */
const SETTLE_MS = 1200;

export class Pace {
  #samples: { at: number; bytes: number }[] = [];

  /** Takes in how many bytes are done by now. */
  see(bytes: number, at: number): void {
    const last = this.#samples.at(-1);
    // Begun anew: what was before does not count.
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    if (last?.bytes === bytes) return;
    this.#samples.push({ at, bytes });
    this.#samples = this.#samples.filter((sample) => sample.at >= at - WINDOW_MS);
  }

  /** Seconds until all are done; null while that would be a guess. */
  secondsLeft(total: number): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < SETTLE_MS) return null;
    const rate = ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
    return rate > 0 ? Math.max(0, total - last.bytes) / rate : null;
  }
}
