// What hangs on messages in the real window: what a newcomer finds in the sample chats, and what an export of it has.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const desktop = new Desktop('attachments');
let page;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await tryHere(page);
  await page.sees('Lake weekend');
});

after(async () => {
  await desktop.close();
});

inOrder(desktop);

/** Opens a chat by a word of its row, once the list is at rest. */
async function open(word) {
  await page.named('[data-dialog]', word);
  await until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
  await page.press('[data-dialog]', word);
}

/** Brings the line with this text to the middle of the view. */
async function lookAt(text) {
  await page.named('.message-row', text);
  await page.run(
    `(text) => [...document.querySelectorAll('.message-row')].find((row) =>
       ((row.getAttribute('aria-label') ?? '') + row.innerText).includes(text)).scrollIntoView({ block: 'center' })`,
    text,
  );
}

test('a newcomer finds pictures, a tune, a file and a place in the sample chats', async () => {
  await open('Lake weekend');
  await lookAt('Found the pictures');
  const album = await page.run(
    `() => {
       const album = document.querySelector('.album');
       const { width, height } = album.getBoundingClientRect();
       return { width, height, tiles: album.querySelectorAll('.tile').length, colours: album.querySelectorAll('.colours').length };
     }`,
  );
  // Three in a row, in their final size whether or not a byte of them is here.
  assert.deepEqual([album.tiles, album.colours], [3, 3]);
  assert.equal(Math.round(album.width), 360);
  assert.equal(Math.round(album.height), 90);
  desktop.shot('album');
  await page.named('[role=slider]', 'Position in Voice message from Robin Hale');
  await page.named('.message-row', 'Once around the lake.gpx');
  await lookAt('The hut');
  await until('the outlines around the hut', () =>
    page.run(`() => (document.querySelector('.card path.land')?.getAttribute('d') ?? '').length > 1000`),
  );
  await page.sees('47.5536° N, 12.9769° E');
  desktop.shot('place');
});

test('the chat is written to a folder with its files, which say so where they are shown', async () => {
  await page.rightClick(await page.named('[data-dialog]', 'Lake weekend'));
  await page.press('[role=menuitem]', 'Export chat');
  await page.named('dialog[open] label', 'With pictures and other files');
  desktop.shot('export');
  await page.press('dialog[open] button', 'Choose a folder…');
  // Keys go where the focus is.
  const focused = () => desktop.tool('xdotool', ['getactivewindow', 'getwindowname']);
  await until('the dialog of the system', () => !focused().includes('Cubist'));
  // Its button can be pressed once it has read the home folder.
  await until('the folder to be taken', () => {
    if (focused().includes('Cubist')) return true;
    desktop.tool('xdotool', ['key', 'alt+Home', 'alt+o']);
    return false;
  });
  await page.sees('messages are in the folder');
  await page.sees('files are with them');
  desktop.shot('exported');

  const folder = join(desktop.home, 'Lake weekend');
  const chat = JSON.parse(readFileSync(join(folder, 'messages.json'), 'utf8'));
  assert.deepEqual(chat.missing_files, []);
  assert.equal(chat.complete, true);
  const html = readFileSync(join(folder, 'messages.html'), 'utf8');
  const files = chat.messages
    .flatMap((message) => message.attachments ?? [])
    .filter(({ file }) => file !== null);
  assert.ok(files.length > 4, 'pictures, a voice message and a track');
  for (const { file, name, size } of files) {
    assert.equal(statSync(join(folder, file)).size, Number(size), name);
  }
  const shown = [...html.matchAll(/<a href="(files[^"]+)"/g)].map(([, address]) =>
    decodeURIComponent(address),
  );
  assert.deepEqual(
    shown,
    files.map(({ file }) => file),
  );
  assert.deepEqual(readdirSync(join(folder, 'files')).sort(), shown.map((file) => basename(file)).sort());
  await page.press('dialog[open] button', 'Done');
});
