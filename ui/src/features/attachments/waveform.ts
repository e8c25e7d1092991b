// The bars of a sound. A sender gives as many levels as they like; the bubble draws as many as fit.

/** The loudest level that is told. */
export const LOUDEST = 31;

/**
 * Levels for exactly `count` bars: the loudest of the levels that fall to a bar, or the nearest when there are fewer.
 * Without levels all are the same low line: a sound whose shape is not known is no silence.
 */
export function bars(levels: readonly number[], count: number): number[] {
  if (levels.length === 0) return Array.from({ length: count }, () => LOUDEST / 4);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / count));
    const loudest = Math.max(...levels.slice(from, to));
    return Math.max(0, Math.min(LOUDEST, Number.isFinite(loudest) ? loudest : 0));
  });
}
