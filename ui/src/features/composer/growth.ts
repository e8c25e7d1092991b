// How tall the field of the composer is: as many lines as the text has, up to eight, then it scrolls.

/** More lines than this scroll inside the field. */
export const MOST_LINES = 8;

/** Height in px for content of `needed` px; whole lines only, so that the last one is never cut. */
export function fieldHeight(needed: number, line: number): { height: number; scrolls: boolean } {
  const lines = Math.max(1, Math.round(needed / line));
  return { height: Math.min(lines, MOST_LINES) * line, scrolls: lines > MOST_LINES };
}
