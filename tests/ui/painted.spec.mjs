// Whatever the first screen is, its first frame is reported, once: the start of the app waits for it, and a window
// that seems blank is opened anew.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();
const reports = (page) =>
  page.evaluate(() => window.fake.calls.filter(([name]) => name === 'painted').length);

async function reported(page) {
  await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'painted'));
}

describe('the first frame is reported', () => {
  for (const state of ['main', 'empty', 'firstRun', 'needsChoice', 'locked', 'failed']) {
    it(`of state=${state}`, async () => {
      const { page, done } = await browser.open(`state=${state}`);
      await reported(page);
      await done();
    });
  }

  it('once, however many screens follow', async () => {
    const { page, done } = await browser.open('state=needsChoice');
    await reported(page);
    await page.getByRole('radio', { name: /In your head/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Keep it in a file' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    // Two frames is what a report takes; a second one would be there after them.
    await page.evaluate(
      () =>
        new Promise((shown) =>
          requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(shown))),
        ),
    );
    assert.equal(await reports(page), 1);
    await done();
  });
});
