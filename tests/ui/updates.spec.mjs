// New versions of the program: who brings them, and that nothing happens without a press.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

const calls = async (page) => {
  const names = ['lookForUpdate', 'loadUpdate', 'installUpdate', 'restart'];
  const made = await Promise.all(names.map((name) => callsOf(page, name)));
  return made.map((each) => each.length);
};

describe('new versions', () => {
  it('come from whoever gave the program, or from the system, without anything to press', async () => {
    for (const [query, words] of [
      ['', 'Cubist does not look for new versions'],
      ['updates=packages', 'Updates come with your system’s packages'],
    ]) {
      const { page, done } = await browser.open(query);
      await openSettings(page, 'About');
      await page.getByText(words).waitFor();
      assert.equal(await page.getByRole('button', { name: /install|look/i }).count(), 0);
      assert.deepEqual(await calls(page), [0, 0, 0, 0]);
      await done();
    }
  });

  it('are looked for when one asks', async () => {
    const { page, done } = await browser.open('updates=newest');
    await openSettings(page, 'About');
    await page.getByText('You have the newest version').waitFor();
    await settle(page);
    await shot(page, 'updates-newest');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'lookForUpdate'));
    assert.deepEqual(await calls(page), [1, 0, 0, 0]);
    await done();
  });

  it('are told of once, and installed with one press that keeps what was typed', async () => {
    const { page, done } = await browser.open('updates=found&open=jonas');
    const field = page.getByRole('textbox', { name: /^Message to/ });
    await field.fill('Not sent yet');
    await page.getByRole('button', { name: 'What is new' }).click();
    await page.getByRole('heading', { name: 'About', level: 2, exact: true }).waitFor();
    await page.getByText('Version 0.2.0 is there').last().waitFor();
    await page.getByText('Voice messages can be heard').waitFor();
    await settle(page);
    await shot(page, 'updates-found');
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(await calls(page), [0, 0, 0, 0]);

    await page.getByRole('button', { name: 'Install and restart' }).click();
    await page.getByRole('button', { name: /^Loading/ }).waitFor();
    await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'restart'));
    assert.deepEqual(await calls(page), [0, 1, 1, 1]);
    const kept = await callsOf(page, 'saveDraft');
    assert.match(JSON.stringify(kept), /Not sent yet/);
    await done();
  });

  it('that somebody else signed are refused', async () => {
    const { page, done } = await browser.open('updates=refused');
    await openSettings(page, 'About');
    await page.getByRole('button', { name: 'Install and restart' }).click();
    await page.getByRole('alert').getByText('was not signed by your organisation').waitFor();
    await settle(page);
    await shot(page, 'updates-refused');
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(await calls(page), [0, 1, 0, 0]);
    await done();
  });
});
