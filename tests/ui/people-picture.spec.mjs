// A picture of one's own: chosen or dropped, cut to a square by pointer and keys, sent, and taken away.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

/** A PNG whose left half is red and whose right half is blue. */
function halves(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const line = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x += 1) line.set(x < width / 2 ? [220, 30, 30] : [30, 30, 220], 1 + x * 3);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const file = (buffer, name = 'photo.png', mimeType = 'image/png') => ({ name, mimeType, buffer });

async function openPicture(query = '', options = {}) {
  const window = await browser.open(query, options);
  await openSettings(window.page, 'Profile');
  await window.page.getByLabel('Name', { exact: true }).waitFor();
  return { ...window, input: window.page.locator('input[type=file]') };
}

async function choose(page, input, picture = halves(900, 600)) {
  await input.setInputFiles(file(picture));
  const sheet = page.getByRole('dialog', { name: 'Choose the part to show' });
  await sheet.waitFor();
  return sheet;
}

/** Size of the picture that arrived and its colours at the left, in the middle and at the right. */
async function arrived(page) {
  await page.waitForFunction(() => window.fake.pictures.size > 0);
  return page.evaluate(async () => {
    const image = new Image();
    image.src = [...window.fake.pictures.values()].at(-1);
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const at = (share) => {
      const [red, , blue] = context.getImageData(
        Math.floor(image.width * share),
        image.height / 2,
        1,
        1,
      ).data;
      return red > blue ? 'red' : 'blue';
    };
    return { width: image.width, height: image.height, colours: [at(0.02), at(0.25), at(0.75), at(0.98)] };
  });
}

describe('a picture', () => {
  it('is cut to a square in the middle and stands everywhere at once', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input);
    await sheet.getByRole('button', { name: 'Use this part' }).click();
    assert.deepEqual(await arrived(page), {
      width: 600,
      height: 600,
      colours: ['red', 'red', 'blue', 'blue'],
    });
    await page.getByRole('navigation').locator('img').waitFor();
    await page.getByRole('button', { name: 'Change picture' }).waitFor();
    await done();
  });

  it('is never larger than 640 pixels', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input, halves(1600, 1200));
    await sheet.getByRole('button', { name: 'Use this part' }).click();
    const { width, height } = await arrived(page);
    assert.deepEqual([width, height], [640, 640]);
    await done();
  });

  it('is moved and enlarged by keys alone', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input);
    const stage = sheet.getByRole('application', { name: 'Part of the picture' });
    assert.equal(await stage.evaluate((node) => node === document.activeElement), true);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    assert.notEqual(await sheet.getByRole('slider').getAttribute('aria-valuetext'), '100%');
    for (let times = 0; times < 10; times += 1) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    const { colours } = await arrived(page);
    assert.deepEqual(colours.slice(1), ['blue', 'blue', 'blue']);
    await done();
  });

  it('follows the pointer and the wheel, and stays inside its edges', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input);
    const box = await sheet.getByRole('application').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    for (let times = 0; times < 6; times += 1) await page.mouse.wheel(0, -200);
    await page.mouse.down();
    await page.mouse.move(x + 900, y, { steps: 4 });
    await page.mouse.up();
    await sheet.getByRole('button', { name: 'Use this part' }).click();
    assert.deepEqual((await arrived(page)).colours, ['red', 'red', 'red', 'red']);
    await done();
  });

  it('is not changed by Cancel', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input);
    await sheet.getByRole('button', { name: 'Cancel' }).click();
    await sheet.waitFor({ state: 'detached' });
    assert.deepEqual(await callsOf(page, 'setAvatar'), []);
    await page.getByRole('button', { name: 'Choose picture' }).waitFor();
    // The same file once more is another choice.
    await choose(page, input);
    await done();
  });

  it('is taken when it is dropped', async () => {
    const { page, done } = await openPicture();
    const bytes = [...halves(300, 300)];
    const transfer = await page.evaluateHandle((data) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([new Uint8Array(data)], 'photo.png', { type: 'image/png' }));
      return dropped;
    }, bytes);
    const field = page.getByRole('group', { name: 'My picture' });
    await field.dispatchEvent('dragover', { dataTransfer: transfer });
    await page.getByText('Let go to use this picture').waitFor();
    await field.dispatchEvent('drop', { dataTransfer: transfer });
    await page.getByRole('dialog', { name: 'Choose the part to show' }).waitFor();
    await done();
  });

  it('that is none is refused in a sentence', async () => {
    const { page, input, done } = await openPicture();
    await input.setInputFiles(file(Buffer.from('not a picture'), 'notes.png'));
    await page.getByRole('alert').getByText('This file is not a picture that can be read.').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await done();
  });

  it('stays drawn when it did not go through, and goes at the next try', async () => {
    const { page, input, done } = await openPicture();
    await refuse(page, 'setAvatar', { kind: 'offline' });
    const sheet = await choose(page, input);
    await sheet.getByRole('button', { name: 'Use this part' }).click();
    await page.getByRole('alert').getByText('You are offline.').waitFor();
    await page.getByRole('group', { name: 'My picture' }).locator('canvas').waitFor();
    await refuse(page, 'setAvatar', null);
    await page.getByRole('button', { name: 'Try again' }).click();
    await arrived(page);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await done();
  });

  it('is removed, and the initials come back', async () => {
    const { page, input, done } = await openPicture();
    const sheet = await choose(page, input);
    await sheet.getByRole('button', { name: 'Use this part' }).click();
    await arrived(page);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Choose picture' }).waitFor();
    assert.deepEqual(await callsOf(page, 'setAvatar'), [['picture'], [null]]);
    assert.equal(await page.getByRole('navigation').locator('img').count(), 0);
    await done();
  });

  it('is cut in a small window with large text, with its buttons in view', async () => {
    const { page, input, done } = await openPicture('scale=1.4', { width: 380, height: 520 });
    const sheet = await choose(page, input);
    const box = await sheet.getByRole('button', { name: 'Use this part' }).boundingBox();
    assert.ok(box.y + box.height <= 520 && box.x + box.width <= 380, JSON.stringify(box));
    await done();
  });
});

describe('pictures of people', () => {
  it('show initials until they are there, and try again with the next connection', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    const row = page.locator('[data-dialog]', { hasText: 'Olena Kovalenko' });
    await row.locator('img.shown').waitFor();
    await row.locator('img').evaluate((image) => image.dispatchEvent(new Event('error')));
    await row.getByText('OK', { exact: true }).waitFor();
    assert.equal(await row.locator('img').count(), 0);
    await page.evaluate(() => {
      window.fake.setConnection({ type: 'connecting', payload: { attempt: 1, nextInMs: null } });
      window.fake.setConnection({ type: 'online' });
    });
    await row.locator('img.shown').waitFor();
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`cutting a picture passes the accessibility checks in ${theme}`, async () => {
    const { page, input, done } = await openPicture(`theme=${theme}`);
    await choose(page, input);
    assert.deepEqual(await violations(page), []);
    await done();
  });
}
