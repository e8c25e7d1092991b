// Public chats: found by name, looked into from outside, subscribed to.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
/** Longer than the pause that sends a query. */
const TYPED_MS = 400;

const sheet = (page) => page.getByRole('dialog', { name: 'Explore public chats' });

async function explore(query = '', options = {}) {
  const window = await browser.open(query, options);
  await window.page.getByRole('list', { name: 'Chats' }).waitFor();
  await window.page.keyboard.press('Control+n');
  await window.page.getByRole('button', { name: /Explore public chats/ }).click();
  await sheet(window.page).getByRole('listitem').first().waitFor();
  return window;
}

describe('exploring', () => {
  it('lists page after page as one scrolls', async () => {
    const { page, done } = await explore();
    const size = () =>
      page.evaluate(() =>
        Number(document.querySelector('dialog [aria-setsize]').getAttribute('aria-setsize')),
      );
    const first = await size();
    await sheet(page)
      .getByRole('list')
      .evaluate((node) => (node.closest('.content').scrollTop = 100_000));
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('dialog [aria-setsize]').getAttribute('aria-setsize')) > before,
      first,
    );
    await done();
  });

  it('finds by name, and says that nothing has it', async () => {
    const { page, done } = await explore();
    await page.keyboard.type('sourd');
    await page.clock.runFor(TYPED_MS);
    await settle(page);
    for (const each of await sheet(page).getByRole('listitem').allInnerTexts())
      assert.match(each, /Sourdough/);
    await page.getByLabel('Search public chats').fill('zzzz');
    await page.clock.runFor(TYPED_MS);
    await page.getByText('No public chat here is called “zzzz”.').waitFor();
    await done();
  });

  it('subscribes and opens the chat', async () => {
    const { page, done } = await explore();
    await page.getByRole('button', { name: 'Subscribe to Sourdough', exact: true }).click();
    await page.getByRole('heading', { name: 'Sourdough' }).waitFor();
    await page.getByRole('textbox', { name: /Message to/ }).waitFor();
    await done();
  });

  it('says why one could not subscribe, and stays', async () => {
    const { page, done } = await explore('fail=subscribeDialog:offline');
    await page.getByRole('button', { name: 'Subscribe to Sourdough', exact: true }).click();
    await sheet(page).getByRole('alert').getByText('You are offline.').waitFor();
    await done();
  });

  it('says that the list did not come, with a way to ask again', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page.evaluate(() => {
      const { explore } = window.fake;
      window.fake.explore = () => {
        window.fake.explore = explore;
        return Promise.reject({ kind: 'offline' });
      };
    });
    await page.keyboard.press('Control+n');
    await page.getByRole('button', { name: /Explore public chats/ }).click();
    await page.getByText('Public chats could not be loaded').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await sheet(page).getByRole('listitem').first().waitFor();
    await done();
  });
});

describe('looking in from outside', () => {
  const look = (page, name) => sheet(page).locator('[data-row]', { hasText: name }).first().click();

  it('shows the last messages, reads nothing, and leads in', async () => {
    const { page, done } = await explore();
    await look(page, 'Night sky watchers');
    await page.getByText('Preview, not subscribed').waitFor();
    await page.locator('.message-row').first().waitFor();
    assert.ok((await page.locator('.message-row').count()) <= 20);
    assert.equal(await page.getByRole('textbox', { name: /Message to/ }).count(), 0);
    await page.clock.runFor(2000);
    assert.deepEqual(
      await page.evaluate(() => window.fake.calls.filter(([name]) => name === 'markRead')),
      [],
    );
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('textbox', { name: /Message to/ }).waitFor();
    await done();
  });

  it('is not possible where a chat does not allow it, and says so', async () => {
    const { page, done } = await explore();
    await look(page, 'Sourdough');
    await page.getByText('Only subscribers read this chat').waitFor();
    await done();
  });

  it('goes back to what was found', async () => {
    const { page, done } = await explore();
    await look(page, 'Night sky watchers');
    await page.getByRole('button', { name: 'Close the preview' }).click();
    await sheet(page).waitFor();
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`both pass the accessibility checks in ${theme}`, async () => {
    const { page, done } = await explore(`theme=${theme}`);
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await sheet(page).locator('[data-row]', { hasText: 'Night sky watchers' }).first().click();
    await page.locator('.message-row').first().waitFor();
    await settle(page);
    assert.deepEqual(await violations(page), []);
    await done();
  });
}
