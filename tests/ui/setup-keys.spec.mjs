// Where the key of the messages lives when no keychain answers, and the way in when it is locked.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();
const calls = (page) => page.evaluate(() => window.fake.calls.filter(([name]) => name !== 'painted'));

describe('without a keychain', () => {
  it('a passphrase that was typed twice is taken, and the chats follow', async () => {
    const { page, done } = await browser.open('state=needsChoice');
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
    await page.getByLabel('Passphrase again').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.deepEqual(await calls(page), [['createKeys', 'passphrase']]);
    await done();
  });

  it('a short or differing one is refused at its field', async () => {
    const { page, done } = await browser.open('state=needsChoice');
    await page.getByLabel('Passphrase', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Use this passphrase' }).click();
    await page.getByText('Use at least 8 characters.').waitFor();
    await page.getByLabel('Passphrase', { exact: true }).fill('long enough');
    await page.getByLabel('Passphrase again').fill('long enouhg');
    await page.getByRole('button', { name: 'Use this passphrase' }).click();
    await page.getByText('The two are not the same.').waitFor();
    assert.deepEqual(await calls(page), []);
    await done();
  });

  it('a key file asks for nothing more', async () => {
    const { page, done } = await browser.open('state=needsChoice');
    await page.getByRole('radio', { name: /In your head/ }).focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.getByLabel('Passphrase', { exact: true }).count(), 0);
    await page.getByRole('button', { name: 'Keep it in a file' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.deepEqual(await calls(page), [['createKeys', 'keyFile']]);
    await done();
  });
});

describe('locked messages', () => {
  it('stay locked for a wrong passphrase, which is marked to be typed over', async () => {
    const { page, done } = await browser.open('state=locked');
    await page.getByLabel('Passphrase').waitFor();
    // No click: the cursor stands in the field from the start.
    await page.keyboard.type('not it');
    await page.keyboard.press('Enter');
    await page.getByText('This passphrase does not fit.').waitFor();
    await page.keyboard.type('correct');
    assert.equal(await page.getByLabel('Passphrase').inputValue(), 'correct');
    assert.equal(await page.getByText('This passphrase does not fit.').count(), 0);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('are not tried with an empty passphrase', async () => {
    const { page, done } = await browser.open('state=locked');
    assert.equal(await page.getByRole('button', { name: 'Unlock' }).isDisabled(), true);
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  for (const state of ['needsChoice', 'locked']) {
    it(`${state} passes the accessibility checks in ${theme}`, async () => {
      const { page, done } = await browser.open(`state=${state}&theme=${theme}`);
      await page.getByRole('heading').first().waitFor();
      assert.deepEqual(await violations(page), []);
      await done();
    });
  }
}
