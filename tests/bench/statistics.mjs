// Medians and percentiles, by nearest rank: every figure shown was really measured.

/**
 * @param {readonly number[]} samples
 * @param {number} share from 0 to 1
 */
export function percentile(samples, share) {
  if (samples.length === 0) throw new Error('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)];
}

/**
 * The middle one, and the one that 95 of a hundred are at least as good as.
 *
 * @param {readonly number[]} samples
 * @param {boolean} moreIsBetter
 */
export function summary(samples, moreIsBetter = false) {
  return {
    median: percentile(samples, 0.5),
    p95: percentile(samples, moreIsBetter ? 0.05 : 0.95),
    count: samples.length,
  };
}
