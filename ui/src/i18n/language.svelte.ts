// Owns which language the window speaks. Words come from the catalogue of that language, loaded when it is chosen;
// dates, numbers and plurals from the person's own region ("en-GB" keeps its day-month order with English words).
// Both are read through a rune, so a page that shows words shows the new ones at once.
import settings from '../../project.inlang/settings.json';
import * as english from './generated/messages/en.js';

/** Every sentence, as a function of what is put into it. */
export type Catalogue = typeof english;

interface Spoken {
  /** The BCP 47 tag that Intl formatters use. */
  tag: string;
  catalogue: Catalogue;
}

/** The languages that have a catalogue, as BCP 47 tags without a region. */
export const LANGUAGES: readonly string[] = settings.locales;

// English is at hand from the start: the first words never wait, and are there when a file cannot be read.
const FIRST = settings.baseLocale;
const others = import.meta.glob<Catalogue>([
  './generated/messages/*.js',
  '!./generated/messages/_index.js',
  '!./generated/messages/en.js',
]);

let spoken = $state.raw<Spoken>({ tag: FIRST, catalogue: english });
/** The tag asked for last: a slower file must not overtake it. */
let wanted = FIRST;

/** The BCP 47 tag that Intl formatters use. */
export function locale(): string {
  return spoken.tag;
}

/** The sentences of the language that is spoken now. */
export function catalogue(): Catalogue {
  return spoken.catalogue;
}

/** Writing direction of a language. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return languageOf(tag) === 'ar' ? 'rtl' : 'ltr';
}

/** Writing direction of the language that is spoken now. */
export function direction(): 'ltr' | 'rtl' {
  return directionOf(spoken.tag);
}

function languageOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? '';
}

/** “Deutsch”, “العربية”: each language in itself, so that whoever needs it can read it. */
export function nameOf(language: string): string {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  const [first = '', ...rest] = name;
  return first.toLocaleUpperCase(language) + rest.join('');
}

/**
 * The tag to speak: the chosen language if there is one and it has a catalogue, else the first of the system's that
 * does. The region is the system's: words of another language do not move the person to another country.
 */
export function tagFor(choice: string | null, system: readonly string[]): string {
  const known = (tag: string): boolean => LANGUAGES.includes(languageOf(tag));
  if (choice === null || !known(choice)) return system.find(known) ?? FIRST;
  const same = system.find((tag) => languageOf(tag) === languageOf(choice));
  if (same !== undefined) return same;
  const region = system.map(regionOf).find((each) => each !== undefined);
  return region === undefined ? choice : `${choice}-${region}`;
}

function regionOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).region;
  } catch {
    // Systems report names of their own ("C", "en_US.UTF-8") as languages.
    return undefined;
  }
}

/** Speaks the language of a tag from now on. Resolves when its words are shown, or another was wanted meanwhile. */
export async function speak(tag: string): Promise<void> {
  wanted = tag;
  const language = languageOf(tag);
  const load = others[`./generated/messages/${language}.js`];
  const loaded = load === undefined ? english : await load();
  if (wanted !== tag) return;
  spoken = { tag, catalogue: loaded };
}
