// What the window says in a language, for tests that drive it in several: the same keys as `m.key()` in the pages.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const messages = fileURLToPath(new URL('../../../ui/messages/', import.meta.url));

/**
 * @param {string} tag a BCP 47 tag, for instance `ar-EG`
 * @returns {(key: string, inputs?: Record<string, string | number>) => string}
 */
export function wordsOf(tag) {
  const catalogue = JSON.parse(readFileSync(`${messages}${tag.split('-')[0]}.json`, 'utf8'));
  const numbers = new Intl.NumberFormat(tag);
  const plurals = new Intl.PluralRules(tag);
  const rtl = tag.startsWith('ar');
  return (key, inputs = {}) => {
    const entry = catalogue[key];
    if (entry === undefined) throw new Error(`no sentence ${key} in ${tag}`);
    const text = typeof entry === 'string' ? entry : formOf(entry[0], inputs, plurals);
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = inputs[name];
      return typeof value === 'number' ? numbers.format(value) : isolated(String(value), rtl);
    });
  };
}

function formOf({ declarations, match }, inputs, plurals) {
  const [, name, counted] = /^local (\w+) = (\w+): plural$/.exec(declarations.at(-1));
  return match[`${name}=${plurals.select(Number(inputs[counted]))}`];
}

/** Names that run against the language are kept together, as the window does. */
function isolated(text, rtl) {
  const [letter] = text.match(/\p{L}/u) ?? [];
  if (letter === undefined) return text;
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(letter) === rtl ? text : `\u2068${text}\u2069`;
}
