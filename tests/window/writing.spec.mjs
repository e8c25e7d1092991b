// Writing in the real window. Spelling is checked, which WebKitGTK does only when it is told to. What ibus composes stands in the field, Enter ends it without sending,
// and only the next Enter sends. The engine is Anthy, which writes Japanese from Latin letters.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop, root, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';

const desktop = new Desktop('writing');
let page;

const value = () => page.run(`() => document.querySelector('textarea').value`);

before(async () => {
  await desktop.open();
  Object.assign(desktop.env, {
    GTK_IM_MODULE: 'ibus',
    // The engine is a Python program for the system's Python.
    PATH: `/usr/bin:${desktop.env.PATH}`,
    GSETTINGS_BACKEND: 'keyfile',
  });
  // It begins with Latin letters; 0 is Hiragana.
  const settings = join(desktop.env.XDG_CONFIG_HOME, 'glib-2.0', 'settings');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'keyfile'), '[org/freedesktop/ibus/engine/anthy/common]\ninput-mode=0\n');
  desktop.start('ibus-daemon', ['--replace', '--panel', 'disable', '--cache', 'none'], desktop.env, 'ibus');
  page = await desktop.launch();
  await tryHere(page);
  await page.openChat('Mira Okafor');
  await page.sees('Tomatoes');
});

after(() => desktop.close());

/** Presses keys of the keyboard, as the display has one. */
function press(...keys) {
  desktop.tool('xdotool', ['key', '--delay', '30', ...keys]);
}

/** How much of the field for messages is as red as the line below a misspelt word. */
async function redInField(name) {
  const { x, y, width, height } = await page.run(
    `() => document.querySelector('textarea').getBoundingClientRect().toJSON()`,
  );
  const box = [x, y, width, height].map((side) => String(Math.floor(side)));
  return Number(
    desktop.tool('/usr/bin/python3', [join(root, 'tests/window/red_pixels.py'), desktop.shot(name), ...box]),
  );
}

test('words that are not in the dictionary are marked, others are not', async () => {
  await page.fill('Message', 'The boat is at the lake ');
  assert.equal(await redInField('spelt'), 0);
  await page.fill('Message', 'The boaat is at the lakke ');
  await until('the marks', async () => (await redInField('misspelt')) > 10);
  await page.fill('Message', ' ');
  await page.run(
    `() => { const field = document.querySelector('textarea'); field.select(); document.execCommand('delete'); }`,
  );
});

test('what is composed stands in the field, and Enter ends it without sending', async () => {
  // It also asks for a keyboard layout, which this desktop cannot give, and says so by its exit code.
  spawnSync('ibus', ['engine', 'anthy'], { env: desktop.env });
  await until('the engine', () => desktop.tool('ibus', ['engine']) === 'anthy');
  await page.run(`() => {
    const field = document.querySelector('textarea');
    field.focus();
    window.__events = [];
    for (const type of ['compositionstart', 'compositionend', 'keydown'])
      field.addEventListener(type, (event) =>
        window.__events.push(type === 'keydown' ? [event.key, event.isComposing, event.keyCode] : [type, event.data]));
  }`);
  press('n', 'e', 'k', 'o');
  await until('the letters in the field', async () => (await value()) !== '');
  await until('a finished syllable', async () => (await value()).includes('ねこ'));
  desktop.shot('composing');
  press('Return');
  await until('the end of it', () =>
    page.run(`() => window.__events.some(([type]) => type === 'compositionend')`),
  );
  assert.equal(await value(), 'ねこ');
  desktop.shot('committed');
  press('Return');
  await page.sees('ねこ');
  await until('an empty field', async () => (await value()) === '');
});
