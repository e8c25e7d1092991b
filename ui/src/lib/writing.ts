// Which way a text runs, by its first strong letter: the rule of `dir="auto"`, for where layout has to know.

import { direction } from '~/i18n/language.svelte';

const STRONG =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]|\p{L}/u;
const RTL =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** null when the text has no letter at all, so that it follows what is around it. */
export function directionOf(text: string): 'ltr' | 'rtl' | null {
  const letter = STRONG.exec(text)?.[0];
  if (letter === undefined) return null;
  return RTL.test(letter) ? 'rtl' : 'ltr';
}

const ISOLATE = '\u2068';
const END_OF_ISOLATE = '\u2069';

/**
 * The text as a piece of its own where it runs against the language around it, so that neither pulls the signs at its
 * ends (“@”, “:”, brackets) to the wrong side: what `<bdi>` does, for text without elements.
 */
export function isolated(text: string): string {
  if (text.startsWith(ISOLATE)) return text;
  const own = directionOf(text);
  return own === null || own === direction() ? text : `${ISOLATE}${text}${END_OF_ISOLATE}`;
}
