// What hangs on messages in the real window: what a newcomer finds in the sample chats.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Desktop, until } from './desktop.mjs';

const desktop = new Desktop('attachments');
let page;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await page.press('[role=radio],label,button', 'In a file');
  await page.press('button', 'Keep it in a file');
  await page.press('button', 'Try it on this computer');
  await page.fill('Name', 'Ada Byron');
  await page.fill('Login', 'ada.byron');
  await page.fill('Password', 'a long enough password');
  await page.press('button', 'Start chatting');
  await page.sees('Lake weekend');
});

after(async () => {
  await desktop.close();
});

// Each step goes on from the one before.
let broken = false;
beforeEach(() => assert.ok(!broken, 'a step before failed'));
afterEach((context) => {
  broken ||= !context.passed;
});

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
