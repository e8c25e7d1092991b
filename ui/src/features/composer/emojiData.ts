// The emoji of the picker and of ":smile:", loaded when they are first needed, as a script of our own: no request leaves
// the machine and the content policy needs no exception. They are named and found in the language of the window where the
// set knows it, and by their English words in any.
import { locale } from '~/i18n';

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

/** What the set has of the languages the window speaks. */
const TRANSLATED: Record<string, () => Promise<{ default: string }>> = {
  de: () => import('emoji-picker-element-data/de/cldr/data.json?raw'),
  es: () => import('emoji-picker-element-data/es/cldr/data.json?raw'),
  uk: () => import('emoji-picker-element-data/uk/cldr/data.json?raw'),
};

let loading: { language: string; emoji: Promise<Emoji[]> } | null = null;

async function entriesOf(file: Promise<{ default: string }>): Promise<Entry[]> {
  return JSON.parse((await file).default) as Entry[];
}

function wordsOf(entry: Entry | undefined): string {
  return entry === undefined ? '' : `${entry.annotation} ${entry.tags?.join(' ') ?? ''}`.toLowerCase();
}

async function load(language: string): Promise<Emoji[]> {
  // The names people know from elsewhere (`tada`, `+1`) are in this set, and every emoji has one.
  const [english, translated] = await Promise.all([
    entriesOf(import('emoji-picker-element-data/en/emojibase/data.json?raw')),
    TRANSLATED[language] === undefined ? [] : entriesOf(TRANSLATED[language]()),
  ]);
  const own = new Map(translated.map((entry) => [entry.emoji, entry]));
  return english
    .filter((entry) => entry.version <= NEWEST_VERSION && entry.group !== COMPONENTS)
    .sort((a, b) => a.group - b.group || a.order - b.order)
    .map((entry) => ({
      unicode: entry.emoji,
      name: own.get(entry.emoji)?.annotation ?? entry.annotation,
      group: entry.group,
      words: `${wordsOf(own.get(entry.emoji))} ${wordsOf(entry)}`.trim(),
      shortcodes: [...(entry.shortcodes ?? [])].sort((a, b) => a.length - b.length),
      skins: (entry.skins ?? [])
        .filter(({ tone }) => typeof tone === 'number')
        .sort((a, b) => Number(a.tone) - Number(b.tone))
        .map(({ emoji }) => emoji),
    }));
}

/** Loaded once for a language; a failed load is tried again by the next call. */
export function emojiData(): Promise<Emoji[]> {
  const language = locale().split('-')[0] ?? '';
  if (loading?.language === language) return loading.emoji;
  const emoji = load(language).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  loading = { language, emoji };
  return emoji;
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
