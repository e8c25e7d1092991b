// The rules of the catalogues in ui/messages: what a sentence needs in every language, and what would go wrong at run
// time without a word. Reading and judging are apart, so that tests can judge catalogues that nobody keeps.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {Record<string, string>} forms by plural category; a sentence without plural has one, `''`
 * @property {string | null} counted name of the input that the plural follows
 */

/**
 * @typedef {object} Catalogue
 * @property {string} locale
 * @property {Map<string, Entry>} entries
 * @property {Finding[]} broken what could not be read
 */

/**
 * @typedef {object} Finding
 * @property {string} locale
 * @property {string} key
 * @property {'missing' | 'extra' | 'empty' | 'twice' | 'shape' | 'placeholders' | 'plural' | 'unused' | 'unknown' | 'kept' | 'literal'} rule
 * @property {string} detail
 */

/** @typedef {{ key: string, file: string }} Use */

/**
 * @param {string} locale
 * @param {string} text of the file
 * @returns {Catalogue}
 */
export function readCatalogue(locale, text) {
  /** @type {Finding[]} */
  const broken = [];
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const [key, value] of Object.entries(JSON.parse(text))) {
    if (key === '$schema') continue;
    const entry = entryOf(key, value);
    if (entry === null) {
      broken.push({ locale, key, rule: 'shape', detail: 'neither a sentence nor one plural of one input' });
    } else {
      entries.set(key, entry);
    }
  }
  // What stands twice is silently the last one for whoever reads JSON.
  /** @type {Set<string>} */
  const seen = new Set();
  for (const [, key = ''] of text.matchAll(/^ {2}"([^"]+)":/gm)) {
    if (seen.has(key)) broken.push({ locale, key, rule: 'twice', detail: 'stands twice in the file' });
    seen.add(key);
  }
  return { locale, entries, broken };
}

/**
 * @param {string} key
 * @param {unknown} value
 * @returns {Entry | null}
 */
function entryOf(key, value) {
  if (typeof value === 'string') return { key, forms: { '': value }, counted: null };
  const variant = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  const { selectors, match } = variant ?? {};
  const declared = (variant?.declarations ?? []).find((/** @type {string} */ each) =>
    each.startsWith('local '),
  );
  const [, name, counted] = /^local (\w+) = (\w+): plural$/.exec(declared ?? '') ?? [];
  if (name === undefined || counted === undefined) return null;
  if (!Array.isArray(selectors) || selectors.join() !== name || typeof match !== 'object') return null;
  if (!variant.declarations.includes(`input ${counted}`)) return null;
  /** @type {Record<string, string>} */
  const forms = {};
  for (const [selector, text] of Object.entries(match)) {
    const [, category] = new RegExp(`^${name}=(\\w+)$`).exec(selector) ?? [];
    if (category === undefined || typeof text !== 'string') return null;
    forms[category] = text;
  }
  return { key, forms, counted };
}

/**
 * @param {Entry} entry
 * @returns {string} the form every language has: the sentence itself, or the plural's `other`
 */
export function mainForm(entry) {
  return (entry.counted === null ? entry.forms[''] : entry.forms['other']) ?? '';
}

/**
 * @param {string} text
 * @returns {string[]} the names in braces, sorted, each once
 */
export function placeholdersOf(text) {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort();
}

/**
 * The plural categories of a language, each with whether it stands for more than one whole number: only a form for a
 * single number may leave the number out.
 *
 * @param {string} locale
 * @returns {Map<string, boolean>}
 */
export function pluralsOf(locale) {
  const rules = new Intl.PluralRules(locale);
  /** @type {Map<string, number>} */
  const times = new Map(rules.resolvedOptions().pluralCategories.map((category) => [category, 0]));
  for (let count = 0; count <= 200; count += 1) {
    const category = rules.select(count);
    times.set(category, (times.get(category) ?? 0) + 1);
  }
  return new Map([...times].map(([category, count]) => [category, count !== 1]));
}

/**
 * What is wrong with one language beside the one that all are translated from.
 *
 * @param {Catalogue} base
 * @param {Catalogue} catalogue
 * @returns {Finding[]}
 */
export function judge(base, catalogue) {
  const { locale } = catalogue;
  const plurals = pluralsOf(locale);
  const findings = [...catalogue.broken];
  const unreadable = new Set(catalogue.broken.map(({ key }) => key));
  for (const [key, original] of base.entries) {
    const entry = catalogue.entries.get(key);
    if (entry !== undefined) {
      findings.push(...judgeEntry(locale, original, entry, plurals));
    } else if (!unreadable.has(key)) {
      findings.push({ locale, key, rule: 'missing', detail: mainForm(original) });
    }
  }
  for (const key of catalogue.entries.keys()) {
    if (!base.entries.has(key) && !base.broken.some((each) => each.key === key)) {
      findings.push({ locale, key, rule: 'extra', detail: `not in ${base.locale}` });
    }
  }
  return findings;
}

/**
 * @param {string} locale
 * @param {Entry} original
 * @param {Entry} entry
 * @param {Map<string, boolean>} plurals
 * @returns {Finding[]}
 */
function judgeEntry(locale, original, entry, plurals) {
  const { key } = entry;
  if (entry.counted !== original.counted) {
    return [{ locale, key, rule: 'shape', detail: 'a plural in one language and not in the other' }];
  }
  /** @type {Finding[]} */
  const findings = [];
  if (entry.counted !== null) {
    const missing = [...plurals.keys()].filter((category) => entry.forms[category] === undefined);
    const odd = Object.keys(entry.forms).filter((category) => !plurals.has(category));
    if (missing.length > 0)
      findings.push({ locale, key, rule: 'plural', detail: `no form for ${missing.join(', ')}` });
    if (odd.length > 0)
      findings.push({ locale, key, rule: 'plural', detail: `${odd.join(', ')} is no form of this language` });
  }
  const wanted = placeholdersOf(mainForm(original));
  for (const [category, text] of Object.entries(entry.forms)) {
    const name = category === '' ? '' : `${category}: `;
    if (text.trim() === '') {
      findings.push({ locale, key, rule: 'empty', detail: `${name}no words` });
      continue;
    }
    const found = placeholdersOf(text);
    const mayOmit = plurals.get(category) === false ? entry.counted : null;
    const missing = wanted.filter((each) => !found.includes(each) && each !== mayOmit);
    const extra = found.filter((each) => !wanted.includes(each));
    if (missing.length > 0 || extra.length > 0) {
      const parts = [
        ...missing.map((each) => `{${each}} is missing`),
        ...extra.map((each) => `{${each}} is not given`),
      ];
      findings.push({ locale, key, rule: 'placeholders', detail: name + parts.join(', ') });
    }
  }
  return findings;
}

/**
 * Every `m.some_key` of a source.
 *
 * @param {string} file
 * @param {string} source
 * @returns {Use[]}
 */
export function usesOf(file, source) {
  return [...source.matchAll(/\bm\.([a-z][a-z0-9_]*)/g)].map(([, key = '']) => ({ key, file }));
}

/**
 * Keys that no source uses, and uses of keys that are not there.
 *
 * @param {Catalogue} base
 * @param {Use[]} uses
 * @returns {Finding[]}
 */
export function judgeUses(base, uses) {
  const { locale } = base;
  const used = new Set(uses.map(({ key }) => key));
  /** @type {Finding[]} */
  const findings = [];
  for (const key of base.entries.keys()) {
    if (!used.has(key)) findings.push({ locale, key, rule: 'unused', detail: 'no screen says it' });
  }
  for (const { key, file } of uses) {
    if (!base.entries.has(key)) findings.push({ locale, key, rule: 'unknown', detail: `used by ${file}` });
  }
  return findings;
}

/**
 * Words that a component takes once, at its start, and would go on showing after the language changed: `m.…()` or
 * `locale()` in a top-level `const` that is neither a function nor `$derived`.
 *
 * @param {string} file
 * @param {string} source of a Svelte component
 * @returns {Finding[]}
 */
export function keptWords(file, source) {
  const script = parse(source, { modern: true }).instance?.content.body ?? [];
  /** @type {Finding[]} */
  const findings = [];
  for (const statement of script) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (!saysWords(init)) continue;
      const key = id.type === 'Identifier' ? id.name : '…';
      findings.push({ locale: '', key, rule: 'kept', detail: `of ${file} keeps its words: use $derived` });
    }
  }
  return findings;
}

/**
 * @param {any} node of the syntax tree
 * @returns {boolean} whether reading it takes words at once
 */
function saysWords(node) {
  if (node === null || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some(saysWords);
  if (/Function/.test(node.type ?? '')) return false;
  if (node.type === 'CallExpression') {
    const { callee } = node;
    if (callee.object?.name === 'm' || callee.name === 'locale') return true;
    // A rune that runs again when what it read changes; `$derived.by` gets a function anyway.
    if (callee.name === '$derived') return false;
  }
  return Object.values(node).some(saysWords);
}

/** Attributes that people read or hear; `label`, `hint` and `note` are those of our own components. */
const SPOKEN =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|title|placeholder|alt|label|hint|note|text)$/;

/** An address that shows how one is written. */
const ADDRESS = /^(https?:\/\/)?[\w-]+(\.[\w-]+)+(\/\S*)?$/;

/**
 * Words that stand in a component and in no catalogue: as text between its tags, or in an attribute that is read or
 * heard. Only what has two letters in a row is a word.
 *
 * @param {string} file
 * @param {string} source of a Svelte component
 * @returns {Finding[]}
 */
export function literalWords(file, source) {
  /** @type {string[]} */
  const found = [];
  /** @param {any} node of the syntax tree */
  const look = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) node.forEach(look);
    else if (node.type === 'Text') found.push(node.data);
    else if (node.type === 'ExpressionTag') found.push(...literalsOf(node.expression));
    else if (node.type === 'Attribute') {
      if (SPOKEN.test(node.name)) look(node.value);
    } else if (!/Expression$|Directive$|^(Script|StyleSheet|Comment)$/.test(node.type ?? '')) {
      Object.values(node).forEach(look);
    }
  };
  look(parse(source, { modern: true }).fragment);
  return found
    .map((text) => text.trim().replace(/\s+/g, ' '))
    .filter((text) => /\p{L}{2}/u.test(text) && !ADDRESS.test(text))
    .map((text) => ({
      locale: '',
      key: text,
      rule: 'literal',
      detail: `stands in ${file}, not in a catalogue`,
    }));
}

/**
 * The strings that an expression may be, as they stand in it; what it calls, compares or reads is nobody's words.
 *
 * @param {any} node of the syntax tree
 * @returns {string[]}
 */
function literalsOf(node) {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : [];
    case 'TemplateLiteral':
      return node.quasis.map((/** @type {any} */ quasi) => quasi.value.cooked ?? '');
    case 'ConditionalExpression':
      return [...literalsOf(node.consequent), ...literalsOf(node.alternate)];
    case 'LogicalExpression':
      return [...literalsOf(node.left), ...literalsOf(node.right)];
    default:
      return [];
  }
}

/**
 * The catalogues and sources of a working copy.
 *
 * @param {string} root
 */
export function readWorkingCopy(root) {
  const ui = join(root, 'ui');
  const settings = JSON.parse(readFileSync(join(ui, 'project.inlang/settings.json'), 'utf8'));
  const catalogues = settings.locales.map((/** @type {string} */ locale) =>
    readCatalogue(locale, readFileSync(join(ui, 'messages', `${locale}.json`), 'utf8')),
  );
  const sources = readdirSync(join(ui, 'src'), { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter(
      (path) =>
        /\.(svelte|ts)$/.test(path) && !/\.spec\.ts$/.test(path) && !path.startsWith('i18n/generated'),
    )
    .sort()
    .map((path) => ({ file: path, source: readFileSync(join(ui, 'src', path), 'utf8') }));
  const base = catalogues.find((/** @type {Catalogue} */ each) => each.locale === settings.baseLocale);
  return { base, catalogues, sources };
}

/**
 * @param {ReturnType<typeof readWorkingCopy>} copy
 * @returns {Finding[]}
 */
export function judgeAll({ base, catalogues, sources }) {
  const components = sources.filter(({ file }) => file.endsWith('.svelte'));
  return [
    ...catalogues.flatMap((/** @type {Catalogue} */ catalogue) => judge(base, catalogue)),
    ...judgeUses(
      base,
      sources.flatMap(({ file, source }) => usesOf(file, source)),
    ),
    ...components.flatMap(({ file, source }) => [...keptWords(file, source), ...literalWords(file, source)]),
  ];
}
