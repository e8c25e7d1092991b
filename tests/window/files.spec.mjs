// Files on their way in and out of the real window: dragged from another program, pasted, a place typed, and one that is
// stopped in the middle, while the official SDK receives them.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { thumbHashToAverageRGBA } from 'thumbhash';
import { Desktop, root, until } from './desktop.mjs';
import { tryHereAndMeet } from './meeting.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';

/** Bytes of a file that does not fit into what lies between two sockets. */
const LARGE = 24 * 1024 * 1024;

const desktop = new Desktop('files');
let page;
let beatrice;
let ada;
let dialog;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  ({ beatrice, ada, dialog } = await tryHereAndMeet(desktop, page, 'Do you have the pictures?'));
});

after(async () => {
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** The next message with attachments, as the SDK hears it. */
async function received() {
  const next = (item) => item.kind === 'message' && item.message.extension?.attachments?.length > 0;
  return (await beatrice.inbox.next('a message with attachments', next)).message;
}

/** What the SDK downloads of an attachment, as the guide does it. */
async function download(attachment) {
  const answer = await fetch(beatrice.cube.storage.privateUrl(attachment.uid));
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Sends what is in the tray, with these words. */
async function send(words = '') {
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, `${words}${ENTER}`);
}

/** Waits for so many files in the tray, each with its picture if it has one. */
function tray(count) {
  return until(`${count} in the tray`, () =>
    page.run(
      `(count) => document.querySelectorAll('[data-staged]').length === count &&
         [...document.querySelectorAll('[data-staged] img')].every((image) => image.naturalWidth > 0)`,
      count,
    ),
  );
}

/** Puts a file's bytes, or text, into the clipboard as another program does, and pastes it with the keyboard. */
async function paste(type, input) {
  // It answers for what it copied until somebody else copies; with its output to itself it would hold ours open.
  const owner = desktop.start(
    'xclip',
    ['-quiet', '-selection', 'clipboard', '-t', type, '-i', input],
    desktop.env,
    'xclip',
  );
  await until('something to paste', () =>
    desktop.tool('xclip', ['-selection', 'clipboard', '-o', '-t', 'TARGETS']).includes(type),
  );
  await page.click(await page.element('textarea'));
  desktop.tool('xdotool', ['key', 'ctrl+v']);
  return owner;
}

/** Middle of what a selector finds, in pixels of the screen: the window lies at its corner. */
function middle(css) {
  return page.run(
    `(css) => { const { left, top, width, height } = document.querySelector(css).getBoundingClientRect();
       return [Math.round(left + width / 2), Math.round(top + height / 2)]; }`,
    css,
  );
}

/**
 * Drags files from another program into the window and lets go over what the selector finds once they are there.
 *
 * @param {string[]} files
 * @param {string} css
 * @param {string} [picture] a picture of the moment before
 */
async function drag(files, css, picture) {
  const from = [1310, 60];
  const source = desktop.start(
    // The system's own, which knows its packages.
    '/usr/bin/python3',
    [join(import.meta.dirname, 'dragSource.py'), ...from.map(String), ...files],
    desktop.env,
    'drag',
  );
  const said = () => readFileSync(join(desktop.output, 'drag.log'), 'utf8');
  await until('something to drag', () => said().endsWith('ready\n'));
  const pointer = (...args) => desktop.tool('xdotool', args.map(String));
  pointer('mousemove', from[0] + 40, from[1] + 25, 'mousedown', 1);
  // A hand does not jump: a drag begins with the first few pixels.
  for (let x = from[0] + 40; x > 760; x -= 30) pointer('mousemove', x, 300);
  await until('where they can be let go of', () => page.run('(css) => !!document.querySelector(css)', css));
  const [x, y] = await middle(css);
  for (let step = 4; step >= 0; step -= 1) pointer('mousemove', x - step * 5, y);
  await until('the place that takes them', () =>
    page.run(`(css) => document.querySelector(css).matches('.taken, [data-dialog]')`, css),
  );
  if (picture) desktop.shot(picture);
  pointer('mouseup', 1);
  await until('the end of the drag', () => said().endsWith('ended\n'));
  desktop.kill(source);
}

const samples = join(root, 'crates', 'server', 'src', 'demo', 'files');
const pictures = ['lake-morning.jpg', 'ridge.jpg', 'lake-evening.jpg'].map((name) => join(samples, name));
const drawing = join(root, 'icons', '256x256.png');

test('pictures dragged from another program become an album', async () => {
  await drag(pictures, '[data-drop=pictures]', 'dragged');
  await tray(3);
  desktop.shot('tray');
  await send('Three of them, and a line of words that is a good deal wider than the pictures above it are.');
  const message = await received();
  const { attachments } = message.extension;
  assert.deepEqual(
    attachments.map(({ type, name, width, height }) => [type, name, Number(width), Number(height)]),
    pictures.map((path) => ['photo', basename(path), 1280, 960]),
  );
  for (const attachment of attachments) {
    const bytes = await download(attachment);
    assert.equal(bytes.length, Number(attachment.size));
    assert.equal(bytes.subarray(0, 3).toString('hex'), 'ffd8ff');
  }
  await until('the album', () =>
    page.run(`() => document.querySelectorAll('.album img.drawn').length === 3`),
  );
  // No strip of bubble beside the pictures, however many words there are.
  const [album, bubble] = await page.run(
    `() => { const album = document.querySelector('.album'); return [album, album.closest('.bubble')]
       .map((each) => each.getBoundingClientRect().width); }`,
  );
  assert.ok(bubble - album <= 8, `${album} px in ${bubble} px`);
  desktop.shot('album');
});

test('a picture dropped on a chat of the list is put away there, and a picture sent as a file stays as it is', async () => {
  const mira = await page.run(
    `() => [...document.querySelectorAll('[data-dialog]')].find((row) => row.innerText.includes('Mira Okafor')).dataset.dialog`,
  );
  await drag([drawing], `[data-dialog="${mira}"]`);
  await tray(1);
  // It was put down at the other chat, which is open now.
  await page.named('h1,h2,header', 'Mira Okafor');
  await page.press('button', `Remove ${basename(drawing)}`);
  await tray(0);
  await page.openChat('beatrice');
  await drag([drawing], '[data-drop=files]');
  await tray(1);
  await send();
  const [attachment] = (await received()).extension.attachments;
  assert.deepEqual(
    [attachment.type, attachment.name, attachment['content-type']],
    ['image/png', basename(drawing), 'image/png'],
  );
  assert.equal((await download(attachment)).compare(readFileSync(drawing)), 0);
  // An answer to it says what hangs there: it has no words.
  // What is still on its way cannot be answered: the other side may have it before this one knows.
  await page.keys(await page.named('.message-row:has(.file)', 'delivered'), 'r');
  await page.sees('Reply to');
  await send('This one is sharp.');
  const { message: answer } = await beatrice.hears('This one is sharp.');
  assert.deepEqual(JSON.parse(answer.extension.reply_attachment), { kind: 'file', name: basename(drawing) });
  await page.named('.quote-block', basename(drawing));
  desktop.shot('quote');
});

test('a picture and a file are pasted from the clipboard', async () => {
  const picture = await paste('image/png', drawing);
  await tray(1);
  desktop.kill(picture);
  const list = join(desktop.home, 'copied');
  const notes = join(desktop.home, 'Notes & plans.txt');
  writeFileSync(notes, 'Bring the stove.\n');
  writeFileSync(list, `${pathToFileURL(notes)}\r\n`);
  const files = await paste('text/uri-list', list);
  await tray(2);
  desktop.kill(files);
  desktop.shot('pasted');
  await send();
  const { attachments } = (await received()).extension;
  assert.deepEqual(
    attachments.map(({ type, name, width }) => [type, type === 'photo' ? Number(width) : name]),
    [
      ['photo', 256],
      ['text/plain', basename(notes)],
    ],
  );
  assert.equal((await download(attachments[0])).length, Number(attachments[0].size));
  assert.equal((await download(attachments[1])).toString(), 'Bring the stove.\n');
});

test('the attach button opens the dialog of the system, which can be left again', async () => {
  await page.press('button', 'Attach');
  await page.press('[role=menuitem]', 'File');
  // Keys go where the focus is.
  const focused = () => desktop.tool('xdotool', ['getactivewindow', 'getwindowname']);
  await until('the dialog of the system', () => !focused().includes('Cubist'));
  desktop.tool('xdotool', ['key', 'Escape']);
  await until('the window', () => focused().includes('Cubist'));
  await tray(0);
});

test('a place is typed and sent, and one comes back', async () => {
  await page.press('button', 'Attach');
  await page.press('[role=menuitem]', 'Location');
  await page.fill('Coordinates', '47.5536, 12.9769');
  await page.fill('Name', 'The hut');
  await page.sees('47.5536° N, 12.9769° E');
  desktop.shot('choosing-a-place');
  await page.press('button', 'Send location');
  const [attachment] = (await received()).extension.attachments;
  assert.equal(attachment.type, 'place');
  assert.equal(Number(attachment.latitude), 47.5536);
  assert.equal(Number(attachment.longitude), 12.9769);
  beatrice.send(ada, dialog, 'attachment', {
    attachments: [{ type: 'place', latitude: '64.7964', longitude: '-23.7392', name: 'The harbour' }],
  });
  await until('both with their outlines', () =>
    page.run(
      `() => { const cards = [...document.querySelectorAll('.message-row .card')];
         return cards.length === 2 && cards.every((card) => (card.querySelector('path.land')?.getAttribute('d') ?? '').length > 1000); }`,
    ),
  );
  await page.sees('The harbour');
  desktop.shot('places');
});

/** What the newest file row says. */
function row() {
  return page.run(
    `() => { const row = [...document.querySelectorAll('.file')].at(-1);
       return row ? { words: row.innerText, act: row.querySelector('.tile').getAttribute('aria-label') } : null; }`,
  );
}

/**
 * Drags a large file in and sends it over a line that carries a little and stands still again; gives its SHA-256. Comes
 * back while it is on its way, and stands still.
 */
async function sendLarge(name) {
  const file = join(desktop.home, name);
  const bytes = randomBytes(LARGE);
  writeFileSync(file, bytes);
  await drag([file], '[data-drop=files]');
  await tray(1);
  // A server that does nothing is as slow as a network can be.
  process.kill(desktop.backendPid(), 'SIGSTOP');
  await send();
  await until('the file on its way', async () => {
    process.kill(desktop.backendPid(), 'SIGCONT');
    await setTimeout(5);
    process.kill(desktop.backendPid(), 'SIGSTOP');
    return / of 24 MB/.test((await row())?.words ?? '');
  });
  return createHash('sha256').update(bytes).digest('hex');
}

test('a file on its way is paused, goes on, and arrives whole', async () => {
  const expected = await sendLarge('survey.bin');
  assert.equal((await row()).act, 'Cancel survey.bin');
  desktop.shot('in-progress');
  await page.press('.file button', 'pause');
  await until('that it is paused', async () => (await row()).act === 'Go on with survey.bin');
  desktop.shot('paused');
  process.kill(desktop.backendPid(), 'SIGCONT');
  await page.press('.file .tile', 'Go on with survey.bin');
  const [attachment] = (await received()).extension.attachments;
  assert.deepEqual([attachment.name, attachment.size], ['survey.bin', LARGE]);
  assert.equal(
    createHash('sha256')
      .update(await download(attachment))
      .digest('hex'),
    expected,
  );
  await until('the file here', async () => (await row()).act === 'Open survey.bin');
  desktop.shot('sent');
});

test('one that is cancelled is gone, and nobody hears of it', async () => {
  const before = await page.run(`() => document.querySelectorAll('.message-row').length`);
  await sendLarge('mistake.bin');
  await page.press('.file .tile', 'Cancel mistake.bin');
  await until('that it is gone', () =>
    page.run(`(count) => document.querySelectorAll('.message-row').length === count`, before),
  );
  process.kill(desktop.backendPid(), 'SIGCONT');
  // It may be wanted after all, so it is chosen again.
  await tray(1);
  await page.press('button', 'Remove mistake.bin');
  await tray(0);
  await send('Never mind.');
  // The sample people talk in between.
  const mine = ({ kind, message }) =>
    kind === 'message' && (message.body === 'Never mind.' || message.extension?.attachments?.length > 0);
  const { message } = await beatrice.inbox.next('the next message of this chat', mine);
  assert.deepEqual([message.body, message.extension.attachments], ['Never mind.', undefined]);
});

test('another start hands files over, and the window asks which chat they are for', async () => {
  await desktop.startAgain(['--share', join(samples, 'ridge.jpg'), join(samples, 'lake-round.gpx')]);
  await page.sees('Send 2 files');
  desktop.shot('shared');
  await page.press('[role=dialog] li button, dialog li button', 'beatrice');
  await tray(2);
  for (const name of ['ridge.jpg', 'lake-round.gpx']) await page.press('button', `Remove ${name}`);
  await tray(0);
  // As the desktop entry does it: “open with”.
  await desktop.startAgain([pathToFileURL(join(samples, 'lake-round.gpx')).href]);
  await page.sees('Send a file');
  await page.press('[role=dialog] li button, dialog li button', 'beatrice');
  await tray(1);
  await page.press('button', 'Remove lake-round.gpx');
  await tray(0);
});

test('a film shows its first frame in the tray and in the bubble, plays there, and plays large', async () => {
  const film = join(root, 'crates', 'client', 'src', 'attachments', 'probe', 'bars.webm');
  await drag([film], '[data-drop=pictures]');
  await tray(1);
  await until('its frame in the tray', () =>
    page.run(`() => document.querySelector('[data-staged] img')?.naturalWidth === 320`),
  );
  desktop.shot('film-in-the-tray');
  await send('Look at this.');
  const { extension } = await received();
  const [attachment] = extension.attachments;
  // Its colours go along.
  const { placeholder } = JSON.parse(extension.attachments_extra)[0];
  const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(placeholder, 'base64'));
  assert.ok(
    [r, g, b].some((part) => part > 0.2),
    `${placeholder} is black`,
  );
  assert.deepEqual(
    [attachment.type, attachment.name, attachment['content-type'], attachment.size].map(String),
    ['video', 'bars.webm', 'video/webm', String(readFileSync(film).length)],
  );
  assert.deepEqual([attachment.width, attachment.height, attachment.duration].map(Number), [320, 180, 2]);
  assert.equal((await download(attachment)).compare(readFileSync(film)), 0);
  // The poster while it is on its way, or the first frame of the film itself once it is there.
  await until('its frame in the bubble', () =>
    page.run(
      `() => { const frame = [...document.querySelectorAll('.tile')].at(-1)?.querySelector('img.drawn, video.drawn');
         return (frame?.naturalWidth ?? frame?.videoWidth) === 320; }`,
    ),
  );
  desktop.shot('film');
  // It has two seconds, and may be over before anybody asks where it is.
  await page.run(
    `() => document.addEventListener('timeupdate', ({ target }) => {
       if (target.matches('.tile video.plays')) window.played = Math.max(window.played ?? 0, target.currentTime); }, true)`,
  );
  await page.press('.tile button', 'Play');
  await until('that it plays in its place', () => page.run(`() => (window.played ?? 0) > 0.2`));
  desktop.shot('playing-in-place');
  await page.press('.tile button', 'Show large');
  await until('that it plays', () =>
    page.run(`() => (document.querySelector('.stage video')?.currentTime ?? 0) > 0.2`),
  );
  desktop.shot('playing');
  desktop.tool('xdotool', ['key', 'Escape']);
  await until('the chat', () => page.run(`() => document.querySelector('.stage video') === null`));
});

test('the viewer goes through the pictures and comes nearer', async () => {
  const of = () =>
    page.run(
      `() => { const viewer = [...document.querySelectorAll('dialog,[role=dialog]')].find((each) => each.checkVisibility());
         const image = viewer && [...viewer.querySelectorAll('img')].sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight)[0];
         return image ? { src: image.src, width: image.getBoundingClientRect().width, loaded: image.naturalWidth } : null; }`,
    );
  await page.run(`() => document.querySelector('.album').scrollIntoView({ block: 'center' })`);
  await page.press('.album button', 'Picture 1 of 3');
  const first = await until('the first picture', async () => {
    const now = await of();
    return now?.loaded > 0 && now;
  });
  desktop.shot('viewer');
  desktop.tool('xdotool', ['key', 'Right']);
  const second = await until('the next picture', async () => {
    const now = await of();
    return now?.loaded > 0 && now.src !== first.src && now;
  });
  desktop.tool('xdotool', ['key', 'plus']);
  await until('it larger', async () => (await of()).width > second.width * 1.05);
  desktop.shot('zoomed');
  desktop.tool('xdotool', ['key', 'Escape']);
  await until('the chat', async () => (await of()) === null);
});
