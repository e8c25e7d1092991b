// What came in, for those who wait for it.

/** Reached only when something is broken. */
export const DEADLINE_MS = 45_000;

/** Keeps what arrives until somebody asks for it; each thing is given out once. */
export class Inbox {
  #name;
  /** @type {any[]} */
  #kept = [];
  /** @type {{ fits: (item: any) => boolean, resolve: (item: any) => void }[]} */
  #waiting = [];

  /** @param {string} name for the message of a failure */
  constructor(name) {
    this.#name = name;
  }

  /** @param {any} item */
  push(item) {
    const at = this.#waiting.findIndex((one) => one.fits(item));
    if (at === -1) this.#kept.push(item);
    else this.#waiting.splice(at, 1)[0].resolve(item);
  }

  /**
   * The first thing that fits: among those kept, or as soon as it comes.
   *
   * @param {string} what
   * @param {(item: any) => boolean} fits
   * @returns {Promise<any>}
   */
  next(what, fits) {
    const at = this.#kept.findIndex(fits);
    if (at !== -1) return Promise.resolve(this.#kept.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const kept = this.#kept.map((item) => JSON.stringify(item)).join('\n  ');
        reject(new Error(`${this.#name} waited ${DEADLINE_MS / 1000} s for ${what}; there was:\n  ${kept}`));
      }, DEADLINE_MS);
      this.#waiting.push({
        fits,
        resolve: (item) => {
          clearTimeout(timer);
          resolve(item);
        },
      });
    });
  }

  /**
   * Drops those that have come and fit, so that what is awaited next is new.
   *
   * @param {(item: any) => boolean} fits
   */
  forget(fits) {
    this.#kept = this.#kept.filter((item) => !fits(item));
  }

  /**
   * Those that fit among what has come and was not taken.
   *
   * @param {(item: any) => boolean} fits
   */
  kept(fits) {
    return this.#kept.filter(fits);
  }
}
