// Which language the window speaks. Words come from the catalogue of that language, dates and numbers from the
// person's own region where it agrees with it ("en-GB" keeps its day-month order with English words).
import { baseLocale, isLocale, overwriteGetLocale } from './generated/runtime.js';

const RTL = new Set(['ar', 'he', 'fa', 'ur']);

let current: string = baseLocale;

/** The BCP 47 tag that Intl formatters use. */
export function locale(): string {
  return current;
}

/** Writing direction of the current language. */
export function direction(): 'ltr' | 'rtl' {
  return RTL.has(current.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/** Chooses the first wanted language that has a catalogue and puts language and direction on the document. */
export function setLanguage(wanted: readonly string[]): void {
  current = wanted.find((tag) => isLocale(tag.split('-')[0])) ?? baseLocale;
  const words = current.split('-')[0];
  overwriteGetLocale(() => (isLocale(words) ? words : baseLocale));
  document.documentElement.lang = current;
  document.documentElement.dir = direction();
}
