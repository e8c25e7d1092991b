// A voice message in the real window: a real sound server plays a tone into the app's microphone, the app records and
// sends it, and an independent decoder finds the tone in what the official SDK receives.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const ESCAPE = '\uE00C';

/** What the microphone hears, Hz. */
const TONE = 440;
/** What decoders of Opus put out, Hz. */
const RATE = 48_000;

const desktop = new Desktop('voice');
let page;
let beatrice;

before(async () => {
  await desktop.open();
  desktop.silence();
  page = await desktop.launch();
  await tryHere(page);
  beatrice = await SdkPerson.signUp({ ready: desktop.backend() }, 'beatrice');
  const ada = (await beatrice.cube.users.getV2({ login: 'ada.byron' })).items[0].id;
  const dialog = await beatrice.privateDialog(ada);
  beatrice.send(ada, dialog, 'What did it sound like?');
  await page.named('[data-dialog]', 'What did it sound like?');
  await until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
  await page.press('[data-dialog]', 'What did it sound like?');
  await page.element('textarea');
});

after(async () => {
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** Waits until so much is recorded. */
function recorded(seconds) {
  return until(`${seconds} s recorded`, () =>
    page.run(
      `(seconds) => { const time = document.querySelector('[role=timer]')?.innerText.split(':').map(Number);
         return time !== undefined && time[0] * 60 + time[1] >= seconds; }`,
      seconds,
    ),
  );
}

/** How often a tone swings in a second, from how often it rises through zero. */
function frequency(samples) {
  let rises = 0;
  for (let at = 1; at < samples.length; at += 1) if (samples[at - 1] < 0 && samples[at] >= 0) rises += 1;
  return (rises * RATE) / samples.length;
}

test('without a microphone the button says so', async () => {
  await page.press('button', 'Record a voice message');
  await page.named('[role=alert]', 'No microphone was found');
  desktop.shot('no-microphone');
});

test('with one, what is said is recorded while it is shown how loud it is', async () => {
  await desktop.startMicrophone(TONE);
  await page.press('button', 'Try again');
  await recorded(2);
  const levels = await page.run(
    `() => [...document.querySelectorAll('.levels rect')].map((bar) => Number(bar.getAttribute('height')))`,
  );
  // A steady tone, far above a quiet room.
  assert.ok(Math.min(...levels.slice(10)) > 20, String(levels));
  desktop.shot('recording');
});

test('it can be heard before it is sent', async () => {
  await page.press('button', 'Stop and listen');
  await page.named('[role=group]', 'not sent yet');
  await page.press('button', 'Listen');
  await until('the sound on its way', () =>
    page.run(
      `() => document.querySelector('[role=group][aria-label="Voice message, not sent yet"]').innerText.includes('0:01 /')`,
    ),
  );
  desktop.shot('review');
});

test('what is sent is the tone, for any program that reads Ogg Opus', async () => {
  await page.press('button', 'Send voice message');
  const { message } = await beatrice.inbox.next(
    'a voice message',
    (item) => item.kind === 'message' && item.message.extension?.attachments?.length > 0,
  );
  const [attachment] = message.extension.attachments;
  assert.equal(attachment.type, 'audio');
  assert.equal(attachment['content-type'], 'audio/ogg');
  const url = beatrice.cube.storage.privateUrl(attachment.uid);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(bytes.length, Number(attachment.size));
  const file = join(desktop.home, 'received.ogg');
  writeFileSync(file, bytes);
  const raw = join(desktop.home, 'received.raw');
  const decoder = spawnSync('opusdec', ['--quiet', '--no-dither', '--rate', String(RATE), file, raw], {
    encoding: 'utf8',
  });
  assert.equal(decoder.status, 0, decoder.stderr);
  const pcm = readFileSync(raw);
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
  const seconds = samples.length / RATE;
  assert.ok(seconds >= 2, `${seconds} s`);
  assert.equal(Math.round(seconds), Number(attachment.duration));
  const middle = samples.subarray(RATE / 2, samples.length - RATE / 4);
  const heard = frequency(middle);
  assert.ok(Math.abs(heard - TONE) < 3, `${heard} Hz`);
  const loudness = Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
  // The tone's own root mean square: half of full scale, over the root of two.
  assert.ok(Math.abs(loudness - 11_585) < 1_500, String(loudness));
  const { waveform } = JSON.parse(message.extension.attachments_extra)['0'];
  assert.match(waveform, /^[0-9a-v]{30,64}$/);
  await until('the bubble', () => page.run(`() => document.querySelectorAll('.message-row').length === 2`));
  desktop.shot('sent');
});

test('it is heard again in its bubble, and the time moves', async () => {
  await page.press('.sound button', 'Play');
  await until('the sound on its way', () =>
    page.run(`() => document.querySelector('.sound').innerText.includes('0:01')`),
  );
  desktop.shot('playing');
  await until('its end', () =>
    page.run(`() => document.querySelector('.sound .play').getAttribute('aria-label').startsWith('Play')`),
  );
});

test('a sound server that ends in the middle costs nothing of what was said', async () => {
  await page.press('button', 'Record a voice message');
  await recorded(2);
  desktop.stopMicrophone();
  await page.sees('The microphone was disconnected.');
  await page.named('[role=group]', 'not sent yet');
  desktop.shot('lost');
});

test('a recording outlives the app, to be thrown away by its owner', async () => {
  await desktop.quit();
  page = await desktop.launch();
  const group = await page.named('[role=group]', 'not sent yet');
  await page.keys(group, ESCAPE);
  await page.element('textarea');
  await desktop.quit();
  page = await desktop.launch();
  await page.element('textarea');
});
