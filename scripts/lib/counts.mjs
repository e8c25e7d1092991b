// How many tests a runner says it ran, read from its closing lines.

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** One reader per runner: from its output to counts, or null when it closed without the line. */
export const readers = {
  /** @param {string} text */
  nextest: (text) => {
    const line = /^\s*Summary \[.*\] +\d+(?:\/\d+)? tests? run: (.*)$/m.exec(text)?.[1];
    if (line === undefined) return null;
    // "timed out" and "exec failed" are failures with names of their own.
    const failed =
      number(line, /(\d+) failed/) + number(line, /(\d+) timed out/) + number(line, /(\d+) exec failed/);
    return { passed: number(line, /(\d+) passed/), failed, skipped: number(line, /(\d+) skipped/) };
  },
  /** @param {string} text */
  cargoTest: (text) => {
    const lines = [...text.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)];
    return lines.length === 0
      ? null
      : sum(lines.map(([, p, f, i]) => counts(Number(p), Number(f), Number(i))));
  },
  /** @param {string} text */
  nodeTest: (text) => {
    // The runner colours nothing when its output is a file; "ℹ" is its spec reporter, "#" its TAP one.
    const of = (word) => number(text, new RegExp(`^[ℹ#] ${word} (\\d+)$`, 'm'));
    if (!/^[ℹ#] tests \d+$/m.test(text)) return null;
    return counts(of('pass'), of('fail') + of('cancelled'), of('skipped') + of('todo'));
  },
  /** @param {string} text */
  vitest: (text) => {
    // eslint-disable-next-line no-control-regex -- colours may be forced by the environment
    const line = /^\s*Tests {2}(.*)$/m.exec(text.replaceAll(/\u001b\[[\d;]*m/g, ''))?.[1];
    if (line === undefined) return null;
    return counts(number(line, /(\d+) passed/), number(line, /(\d+) failed/), number(line, /(\d+) skipped/));
  },
};

/** @param {Counts[]} list */
export function sum(list) {
  return list.reduce(
    (all, one) => counts(all.passed + one.passed, all.failed + one.failed, all.skipped + one.skipped),
    counts(0, 0, 0),
  );
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 * @returns {Counts}
 */
export function counts(passed, failed, skipped) {
  return { passed, failed, skipped };
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function number(text, pattern) {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
