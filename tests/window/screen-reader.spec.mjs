// The main journey as a screen reader meets it: through AT-SPI, on an accessibility bus of the test's own. Roles and names
// of what is on the screen, where the focus is, and what is spoken without being asked for.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop, root, until } from './desktop.mjs';

const desktop = new Desktop('screen-reader');
const READER = join(root, 'tests/window/screen_reader.py');
let page;

before(async () => {
  await desktop.open();
  // The other stories do without the bus that this one is about.
  delete desktop.env.NO_AT_BRIDGE;
  const status = ['--session', '--dest', 'org.a11y.Bus', '--object-path', '/org/a11y/bus'];
  const set = [
    '--method',
    'org.freedesktop.DBus.Properties.Set',
    'org.a11y.Status',
    'ScreenReaderEnabled',
    '<true>',
  ];
  desktop.tool('gdbus', ['call', ...status, ...set]);
  page = await desktop.launch();
});

after(() => desktop.close());

/** Everything that the bus tells of the window now, one line for each thing. */
function tree() {
  return desktop
    .tool('/usr/bin/python3', [READER])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Waits until something with this role and name is told of. */
function told(role, name, ...states) {
  return until(`${role} “${name}”`, () =>
    tree().find(
      (each) =>
        each.role === role &&
        each.name.includes(name) &&
        states.every((state) => each.states.includes(state)),
    ),
  );
}

test('signing up: fields with their names and hints, a password that is one, and buttons', async () => {
  await page.press('[role=radio],label,button', 'In a file');
  await page.press('button', 'Keep it in a file');
  await page.press('button', 'Try it on this computer');
  await page.fill('Name', 'Ada Byron');
  await page.fill('Login', 'ada.byron');
  await page.fill('Password', 'a long enough password');
  await told('heading', 'Who are you?');
  assert.equal((await told('entry', 'Name')).description, 'As others see you');
  await told('entry', 'Login', 'editable');
  await told('password text', 'Password', 'focused');
  await told('push button', 'Start chatting', 'focusable');
  await page.press('button', 'Start chatting');
});

test('opening a chat: the list, its rows with what is unread, and the focus that walks through it', async () => {
  await told('landmark', 'Chats');
  await told('list', 'Chats');
  const row = await told('push button', 'Robin Hale');
  assert.match(row.name, /2 unread messages/);
  await page.run(`() => document.querySelector('[data-dialog] button, button[data-dialog]').focus()`);
  const first = (await told('push button', '', 'focused')).name;
  desktop.tool('xdotool', ['key', 'Down']);
  const second = await until('the focus one row on', () =>
    tree().find(
      (each) => each.states.includes('focused') && each.role === 'push button' && each.name !== first,
    ),
  );
  assert.match(second.name, /Robin|Mira|House|Lake/);
  await page.openChat('Robin Hale');
  await told('list', 'Messages with Robin Hale');
  await told('list item', 'Hi Ada, good to see you here!');
});

test('writing and receiving: the field is named, what is sent says how far it is, and what comes in is spoken', async () => {
  const field = await page.element('textarea');
  await page.click(field);
  await told('entry', 'Message to Robin Hale', 'focused', 'multi-line');
  await page.keys(field, 'Is the boat still there?');
  await page.keys(field, '\uE007');
  await told('list item', 'Is the boat still there?', 'focusable');
  await until('the read mark by name', () =>
    tree().some(({ role, name }) => role === 'list item' && /^You, .*read.*Is the boat/.test(name)),
  );
  await until('the answer in a place that is spoken', () =>
    tree().some(({ live, text }) => live === 'polite' && text.startsWith('Robin Hale: ')),
  );
});
