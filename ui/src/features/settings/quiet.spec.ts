import { describe, expect, it } from 'vitest';
import { isQuiet, QUIET_ALWAYS, quietWords } from './quiet';

// A Monday, in the time of whoever runs this.
const noon = new Date(2026, 10, 30, 12, 0).getTime();
const HOUR_MS = 3_600_000;

describe('a time without notifications', () => {
  it('is told by its end', () => {
    expect(quietWords(noon + HOUR_MS, noon)).toMatch(/^Until \D*0?1(:00|\.00)? ?\S*/);
    expect(quietWords(noon + HOUR_MS, noon)).not.toContain('Mon');
    expect(quietWords(noon + 24 * HOUR_MS, noon)).toContain('Tue');
    expect(quietWords(QUIET_ALWAYS, noon)).toBe('Until I turn it off');
  });

  it('is over at its end', () => {
    expect(isQuiet(noon + 1, noon)).toBe(true);
    expect(isQuiet(noon, noon)).toBe(false);
    expect(isQuiet(null, noon)).toBe(false);
  });
});
