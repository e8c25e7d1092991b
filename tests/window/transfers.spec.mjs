// What came, in the real window: its place before it is here, what a full disk and a lost copy do to it, and the ways out of
// the window: the clipboard, a place on the disk, the system's file manager.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { Desktop, root, until } from './desktop.mjs';
import { tryHereAndMeet } from './meeting.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';

const desktop = new Desktop('transfers');
const photograph = join(root, 'crates', 'server', 'src', 'demo', 'files', 'ridge.jpg');
let page;
let beatrice;
let ada;
let dialog;

before(async () => {
  await desktop.open();
  // The system's own, which knows its packages.
  desktop.start(
    '/usr/bin/python3',
    [join(import.meta.dirname, 'file_manager.py')],
    desktop.env,
    'file-manager',
  );
  await until('the file manager', () => fileManager()[0] === 'ready');
  page = await desktop.launch();
  ({ beatrice, ada, dialog } = await tryHereAndMeet(desktop, page, 'These are from the ridge.'));
});

after(async () => {
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** The lines that the file manager has said. */
function fileManager() {
  return readFileSync(join(desktop.output, 'file-manager.log'), 'utf8').trim().split('\n');
}

/** Does what makes the app show a file in its folder; the path of that file. */
async function shownBy(act) {
  const before = fileManager().length;
  await act();
  const line = await until('a file to be shown', () => fileManager()[before]);
  const [method, addresses] = JSON.parse(line);
  assert.equal(method, 'ShowItems');
  assert.equal(addresses.length, 1);
  return fileURLToPath(addresses[0]);
}

/** Beatrice sends a file under a name. */
async function send(name, bytes, attributes) {
  const type = 'application/octet-stream';
  const params = { name: 'file', type, size: bytes.length, file: bytes, public: false };
  const blob = await beatrice.cube.storage.createAndUpload(params);
  const attachment = { uid: blob.uid, id: blob.id, name, size: bytes.length, type: 'file', ...attributes };
  beatrice.send(ada, dialog, 'attachment', { attachments: [attachment] });
}

/** Types a path into the system's dialog, where keys go once this one is pressed, and takes it. */
async function answer(key, path) {
  // Keys go where the focus is.
  const isHere = () => desktop.tool('xdotool', ['getactivewindow', 'getwindowname']).includes('Cubist');
  await until('the dialog of the system', () => !isHere());
  desktop.tool('xdotool', ['key', key]);
  desktop.tool('xdotool', ['type', '--', path]);
  // Nothing is taken before it has read the folder.
  for (let tries = 0; tries < 5; tries += 1) {
    desktop.tool('xdotool', ['key', 'Return']);
    const isTaken = until('the path to be taken', isHere, 4_000);
    if (await isTaken.catch(() => false)) return;
  }
  assert.fail('the dialog of the system does not take the path');
}

/** Where the app keeps something of this account. */
function kept(folder) {
  const accounts = join(desktop.home, 'cubist', 'profiles', 'default', 'accounts');
  return join(accounts, readdirSync(accounts)[0], folder);
}

/** What is in a folder, which need not be there. */
function filesIn(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

const stop = () => process.kill(desktop.backendPid(), 'SIGSTOP');
const goOn = () => process.kill(desktop.backendPid(), 'SIGCONT');

/** The box of a bubble's only picture, once it is drawn or while it is not. */
function tile(drawn) {
  return until(`the tile ${drawn ? 'with' : 'without'} its picture`, () =>
    page.run(
      `(drawn) => { const tile = [...document.querySelectorAll('.message-row .tile')].at(-1);
         if (!tile || (tile.querySelector('img.drawn') !== null) !== drawn) return null;
         const { width, height } = tile.getBoundingClientRect();
         const bubble = tile.closest('.bubble').getBoundingClientRect();
         return [width, height, bubble.width, bubble.height]; }`,
      drawn,
    ),
  );
}

test('a picture has its place before a byte of it is here', async () => {
  const bytes = readFileSync(photograph);
  // What says that it is so large does not come by itself.
  const attributes = { type: 'photo', width: 1280, height: 960, size: 50_000_000 };
  await send('ridge.jpg', bytes, attributes);
  const before = await tile(false);
  await page.run(
    '() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))',
  );
  desktop.shot('place-of-a-picture');
  await page.press('.tile button', 'Download');
  assert.deepEqual(await tile(true), before);
  assert.ok(before[0] > 200 && Math.abs(before[0] / before[1] - 4 / 3) < 0.02, String(before));
});

test('a picture is copied, and another program pastes it', async () => {
  await page.press('.tile button', 'Picture');
  await page.element('[role=dialog] .stage img, dialog .stage img');
  await page.press('dialog[open] button, [role=dialog] button', 'More');
  await page.press('[role=menuitem]', 'Copy picture');
  await page.sees('Picture copied');
  const { stdout } = spawnSync('xclip', ['-selection', 'clipboard', '-o', '-t', 'image/png'], {
    env: desktop.env,
    maxBuffer: 64 * 1024 * 1024,
    timeout: 20_000,
  });
  // By its own header it is a PNG of the photograph's size; and it is no empty paper.
  assert.equal(stdout.subarray(0, 8).toString('hex'), '89504e470d0a1a0a');
  assert.deepEqual([stdout.readUInt32BE(16), stdout.readUInt32BE(20)], [1280, 960]);
  assert.ok(stdout.length > 100_000, `${stdout.length} bytes`);
});

test('it is saved where the person says, and shown there', async () => {
  const target = join(desktop.home, 'From the ridge.jpg');
  await page.press('dialog[open] button, [role=dialog] button', 'Save as');
  await answer('ctrl+a', target);
  await page.sees('Saved');
  assert.equal(readFileSync(target).compare(readFileSync(photograph)), 0);
  const shown = await shownBy(async () => {
    await page.press('dialog[open] button, [role=dialog] button', 'More');
    await page.press('[role=menuitem]', 'Show in its folder');
  });
  assert.equal(shown, target);
  desktop.tool('xdotool', ['key', 'Escape']);
  await until('the chat', () => page.run(`() => document.querySelector('.stage') === null`));
});

/** What the newest file row says it does. */
function act() {
  return page.run(
    `() => [...document.querySelectorAll('.file')].at(-1)?.querySelector('.tile').getAttribute('aria-label') ?? null`,
  );
}

const survey = randomBytes(4 * 1024 * 1024);

test('a file that a full disk has no room for comes when there is room again', async () => {
  await send('../../\u202Egnp.survey.bin', survey);
  const name = 'gnp.survey.bin';
  await until('the file', async () => (await act()) === `Download ${name}`);
  // Where it is written is known while it waits for a server that does nothing.
  stop();
  await page.press('.file .tile', `Download ${name}`);
  const [part] = await until('the part of it', () => {
    const parts = filesIn(join(kept('files'), 'parts'));
    return parts.length === 1 && parts;
  });
  await page.press('.file .tile', `Cancel ${name}`);
  await until('the part to be gone', () => filesIn(dirname(part)).length === 0);
  await until('the file at the server', async () => (await act()) === `Download ${name}`);
  symlinkSync('/dev/full', part);
  goOn();
  await page.press('.file .tile', `Download ${name}`);
  await until('the way to try again', async () => (await act()) === `Try again: ${name}`);
  await page.named('.file', 'The disk is full');
  desktop.shot('no-room');
  unlinkSync(part);
  await page.press('.file .tile', `Try again: ${name}`);
  await until('the file', async () => (await act()) === `Open ${name}`);
  // It was saved nowhere: it is put where downloads go, under a name that leads nowhere else.
  const shown = await shownBy(() => page.press('.file button', 'open folder'));
  assert.deepEqual([dirname(shown), basename(shown)], [desktop.home, name]);
  assert.equal(readFileSync(shown).compare(survey), 0);
});

test('a message whose file cannot be read is sent when it can, by one press', async () => {
  const notes = join(desktop.home, 'notes.txt');
  writeFileSync(notes, 'The stove is at the hut.\n');
  await page.press('button', 'Attach');
  await page.press('[role=menuitem]', 'File');
  await answer('ctrl+l', notes);
  await page.element('[data-staged]');
  const outgoing = kept('outgoing');
  renameSync(outgoing, `${outgoing}.away`);
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, `Where it is.${ENTER}`);
  await page.named('.message-row button', 'Retry');
  desktop.shot('not-sent');
  rmSync(outgoing, { recursive: true, force: true });
  renameSync(`${outgoing}.away`, outgoing);
  await page.press('.message-row button', 'Retry');
  const next = (item) => item.kind === 'message' && item.message.body === 'Where it is.';
  const { message } = await beatrice.inbox.next('the message with its file', next);
  const [attachment] = message.extension.attachments;
  assert.equal(attachment.name, 'notes.txt');
  const given = await fetch(beatrice.cube.storage.privateUrl(attachment.uid));
  assert.equal(await given.text(), 'The stove is at the hut.\n');
  desktop.shot('sent-after-all');
});
