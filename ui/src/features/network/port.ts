const LARGEST = 65_535;

/** The port that was typed, or the usual one where nothing was; null for what is none. */
export function portOf(text: string, usual: number): number | null {
  const typed = text.trim();
  if (typed === '') return usual;
  if (!/^\d{1,5}$/.test(typed)) return null;
  const port = Number(typed);
  return port >= 1 && port <= LARGEST ? port : null;
}
