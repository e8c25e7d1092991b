import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  judge,
  judgeUses,
  keptWords,
  literalWords,
  placeholdersOf,
  pluralsOf,
  readCatalogue,
  usesOf,
} from '../../scripts/lib/catalogues.mjs';

/** @param {Record<string, string>} forms */
function plural(forms) {
  const match = Object.fromEntries(
    Object.entries(forms).map(([form, text]) => [`countPlural=${form}`, text]),
  );
  const declarations = ['input count', 'local countPlural = count: plural'];
  return [{ declarations, selectors: ['countPlural'], match }];
}

/**
 * @param {string} locale
 * @param {Record<string, unknown>} entries
 */
const catalogue = (locale, entries) => readCatalogue(locale, JSON.stringify(entries, null, 2));

/**
 * What is found in one language, each as "rule key".
 *
 * @param {string} locale
 * @param {Record<string, unknown>} english
 * @param {Record<string, unknown>} entries
 */
function found(locale, english, entries) {
  return judge(catalogue('en', english), catalogue(locale, entries)).map(({ rule, key }) => `${rule} ${key}`);
}

const PHOTOS = plural({ one: '{count} photo', other: '{count} photos' });

test('a catalogue that says everything is left in peace', () => {
  const english = { $schema: 'x', close: 'Close', hello: 'Hello {name}', photos: PHOTOS };
  const german = {
    close: 'Schließen',
    hello: 'Hallo {name}',
    photos: plural({ one: '{count} Foto', other: '{count} Fotos' }),
  };
  assert.deepEqual(found('de', english, german), []);
});

test('what is missing, and what nobody asked for', () => {
  assert.deepEqual(found('de', { close: 'Close', back: 'Back' }, { close: 'Zu', next: 'Weiter' }), [
    'missing back',
    'extra next',
  ]);
});

test('sentences without words', () => {
  assert.deepEqual(found('de', { close: 'Close' }, { close: ' ' }), ['empty close']);
  assert.deepEqual(found('en', { close: '' }, { close: '' }), ['empty close']);
});

test('placeholders that are lost or made up', () => {
  assert.deepEqual(found('de', { said: '{name}: {text}' }, { said: '{name}: {txt}' }), ['placeholders said']);
  const [finding] = judge(
    catalogue('en', { said: '{name}: {text}' }),
    catalogue('de', { said: '{name}: {txt}' }),
  );
  assert.equal(finding?.detail, '{text} is missing, {txt} is not given');
});

test('the forms of plural that a language has, no fewer and no others', () => {
  const few = plural({ one: '{count} фото', other: '{count} фото' });
  assert.deepEqual(found('uk', { photos: PHOTOS }, { photos: few }), ['plural photos']);
  const tooMany = plural({ one: '{count} Foto', few: '{count} Fotos', other: '{count} Fotos' });
  assert.deepEqual(found('de', { photos: PHOTOS }, { photos: tooMany }), ['plural photos']);
});

test('the number may be left out where a form stands for one number only', () => {
  const english = { copied: plural({ one: 'Message copied', other: '{count} messages copied' }) };
  const arabic = plural({
    zero: 'لم تُنسخ رسائل',
    one: 'نُسخت الرسالة',
    two: 'نُسخت رسالتان',
    few: 'نُسخت {count} رسائل',
    many: 'نُسخت {count} رسالة',
    other: 'نُسخت {count} رسالة',
  });
  assert.deepEqual(found('ar', english, { copied: arabic }), []);
  // In Ukrainian the form of one is also that of 21 and 101.
  const ukrainian = plural({ one: 'Скопійовано', few: '{count}', many: '{count}', other: '{count}' });
  assert.deepEqual(found('uk', english, { copied: ukrainian }), ['placeholders copied']);
});

test('a plural in one language only, and a plural nobody can read', () => {
  assert.deepEqual(found('de', { photos: PHOTOS }, { photos: 'Fotos' }), ['shape photos']);
  const odd = [{ declarations: ['input count'], selectors: ['count'], match: { 'count=1': 'x' } }];
  assert.deepEqual(found('de', { photos: PHOTOS }, { photos: odd }), ['shape photos']);
});

test('a key that stands twice, which JSON forgets', () => {
  const { broken, entries } = readCatalogue('en', '{\n  "close": "Close",\n  "close": "Shut"\n}');
  assert.deepEqual(
    broken.map(({ rule, key }) => `${rule} ${key}`),
    ['twice close'],
  );
  assert.equal(entries.get('close')?.forms[''], 'Shut');
});

test('sentences that no screen says, and screens that ask for none', () => {
  const uses = usesOf('A.svelte', '{m.close()} {m.said({ name })} {form.close} {m.gone()}');
  const english = catalogue('en', { close: 'Close', said: '{name}', back: 'Back' });
  assert.deepEqual(
    judgeUses(english, uses).map(({ rule, key }) => `${rule} ${key}`),
    ['unused back', 'unknown gone'],
  );
});

test('words that a component takes once and keeps', () => {
  const kept = (/** @type {string} */ line) =>
    keptWords('A.svelte', `<script lang="ts">\n${line}\n</script>`).map(({ key }) => key);
  assert.deepEqual(kept('const tabs = [{ label: m.tab_all() }];'), ['tabs']);
  assert.deepEqual(kept('const format = new Intl.NumberFormat(locale());'), ['format']);
  assert.deepEqual(kept('const tabs = $derived([{ label: m.tab_all() }]);'), []);
  assert.deepEqual(kept('const words = $derived.by(() => m.tab_all());'), []);
  assert.deepEqual(kept('const say = (count: number) => m.photos({ count });'), []);
  assert.deepEqual(kept('function say() { const words = m.tab_all(); return words; }'), []);
});

test('the categories of a language, and which of them stand for one number', () => {
  assert.deepEqual(
    [...pluralsOf('de')],
    [
      ['one', false],
      ['other', true],
    ],
  );
  assert.deepEqual([...pluralsOf('uk').keys()].sort(), ['few', 'many', 'one', 'other']);
  assert.equal(pluralsOf('uk').get('one'), true);
  assert.equal(pluralsOf('ar').get('two'), false);
  assert.equal(pluralsOf('ar').size, 6);
});

test('the placeholders of a sentence, each once', () => {
  assert.deepEqual(placeholdersOf('{b} {a} {b} { c } {}'), ['a', 'b']);
});

test('words that stand in a component and in no catalogue', () => {
  const literal = (/** @type {string} */ markup) =>
    literalWords('Some.svelte', `<script>const said = 'Hello there';</script>\n${markup}`).map(
      ({ key }) => key,
    );
  assert.deepEqual(literal('<p>Try\n  again</p>'), ['Try again']);
  assert.deepEqual(literal('{#if on}<b>Повтор</b>{:else}{m.again()}{/if}'), ['Повтор']);
  assert.deepEqual(literal('{#snippet row(item)}<li>{item.name} waits</li>{/snippet}'), ['waits']);
  assert.deepEqual(literal('<button aria-label="Close" title={on ? `Shut ${name}` : m.open()}>×</button>'), [
    'Close',
    'Shut',
  ]);
  assert.deepEqual(literal('<Field label="Name" placeholder={hint ?? "Who?"} />'), ['Name', 'Who?']);
  assert.deepEqual(literal('<p>{count > 1 ? "many" : name}</p>'), ['many']);
});

test('what is no sentence is left in peace', () => {
  for (const markup of [
    '<p class="wide row" data-kind="short" dir="auto">{m.hello({ name })} · {name} 100 %</p>',
    '<style>p { content: "words"; }</style>',
    '{#if kind === "private"}{say("key")}{/if}<input type="text" autocomplete="off" />',
    '<kbd>F</kbd> <input placeholder="https://maps.example.org/a.pmtiles" /> <!-- a comment of several words -->',
  ]) {
    assert.deepEqual(literalWords('Some.svelte', markup), [], markup);
  }
});
