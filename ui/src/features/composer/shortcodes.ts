// ":" in the composer: which emoji is being named, and which ones fit.
import type { Emoji } from './emojiData';

/** As many as stand above the field without covering what is being answered. */
const MOST = 6;
/** One letter behind a colon is a list, a time or a face of letters. */
const FEWEST_LETTERS = 2;

/** A whole `:name:`, or the beginning of one, that ends at the caret. */
export interface Naming {
  from: number;
  query: string;
  /** The second colon is there. */
  closed: boolean;
}

/** What is being named at the caret; null when nothing is. */
export function namingAt(text: string, caret: number): Naming | null {
  const match = /(?<![\p{L}\p{N}:/]):([a-z0-9_+-]+)(:?)$/iu.exec(text.slice(0, caret));
  if (!match) return null;
  const [whole, query = '', end = ''] = match;
  if (query.length < FEWEST_LETTERS) return null;
  return { from: caret - whole.length, query: query.toLowerCase(), closed: end !== '' };
}

/** The one that is called exactly so. */
export function calledSo(all: readonly Emoji[], name: string): Emoji | null {
  return all.find((emoji) => emoji.shortcodes.includes(name)) ?? null;
}

/** Those that are called so, then those whose name begins so, then those that have to do with it. */
export function fitting(all: readonly Emoji[], query: string): Emoji[] {
  const rank = (emoji: Emoji): number => {
    const { shortcodes } = emoji;
    if (shortcodes.includes(query)) return 0;
    if (shortcodes.some((code) => code.startsWith(query))) return 1;
    if (shortcodes.some((code) => code.includes(`_${query}`))) return 2;
    const word = query.replace(/_/gu, ' ');
    return ` ${emoji.words}`.includes(` ${word}`) ? 3 : 4;
  };
  const ranks: Emoji[][] = [[], [], [], []];
  for (const emoji of all) ranks[rank(emoji)]?.push(emoji);
  return ranks.flat().slice(0, MOST);
}

/** The name to show: the one that fits what was typed, else the common one. */
export function shownCode(emoji: Emoji, query: string): string {
  return emoji.shortcodes.find((code) => code.startsWith(query)) ?? emoji.shortcodes[0] ?? emoji.name;
}
