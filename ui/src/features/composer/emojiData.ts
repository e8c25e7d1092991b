// The emoji of the picker and of ":smile:", loaded when they are first needed, as a script of our own: no request leaves
// the machine and the content policy needs no exception.

export interface Emoji {
  /** The characters themselves. */
  unicode: string;
  name: string;
  group: number;
  /** Lower-case words it is found by. */
  words: string;
  /** What stands between colons, the common one first: `smile`, `tada`. */
  shortcodes: string[];
  /** The same with skins from light to dark, where it has any. */
  skins: string[];
}

interface Entry {
  annotation: string;
  emoji: string;
  group: number;
  order: number;
  shortcodes?: string[];
  skins?: { tone: number | number[]; emoji: string }[];
  tags?: string[];
  version: number;
}

/** Newer ones have no picture in the fonts of current systems. */
const NEWEST_VERSION = 14;
/** Skin tones and other building blocks are not emoji by themselves. */
const COMPONENTS = 2;

let loading: Promise<Emoji[]> | null = null;

async function load(): Promise<Emoji[]> {
  // The names people know from elsewhere (`tada`, `+1`) are in this set, and every emoji has one.
  const file = await import('emoji-picker-element-data/en/emojibase/data.json?raw');
  const entries = JSON.parse(file.default) as Entry[];
  return entries
    .filter((entry) => entry.version <= NEWEST_VERSION && entry.group !== COMPONENTS)
    .sort((a, b) => a.group - b.group || a.order - b.order)
    .map((entry) => ({
      unicode: entry.emoji,
      name: entry.annotation,
      group: entry.group,
      words: `${entry.annotation} ${entry.tags?.join(' ') ?? ''}`.toLowerCase(),
      shortcodes: [...(entry.shortcodes ?? [])].sort((a, b) => a.length - b.length),
      skins: (entry.skins ?? [])
        .filter(({ tone }) => typeof tone === 'number')
        .sort((a, b) => Number(a.tone) - Number(b.tone))
        .map(({ emoji }) => emoji),
    }));
}

/** Loaded once; a failed load is tried again by the next call. */
export function emojiData(): Promise<Emoji[]> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Those whose words begin with every word of the query. */
export function findEmoji(all: Emoji[], query: string): Emoji[] {
  const wanted = query.trim().toLowerCase().split(/\s+/u);
  if (wanted[0] === undefined || wanted[0] === '') return all;
  const found = all.filter((emoji) => {
    const words = emoji.words.split(' ');
    return wanted.every((each) => words.some((word) => word.startsWith(each)));
  });
  // Those that are called so come before those that only have to do with it.
  const called = (emoji: Emoji): boolean => emoji.name.toLowerCase().startsWith(wanted.join(' '));
  return [...found.filter(called), ...found.filter((emoji) => !called(emoji))];
}
