// The list of chats: only what is in view is drawn, rows travel, and nothing moves under a pointer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const names = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-dialog]')]
      .map((row) => ({ name: row.querySelector('.name').textContent, top: row.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top)
      .map((row) => row.name),
  );

/** Somebody writes in a chat. */
const say = (page, slug, words) =>
  page.evaluate(
    ([slug, words]) => {
      const { fake } = window;
      const id = fake.world.bySlug.get(slug);
      fake.add(id, fake.world.dialogs.get(id).occupantIds[1], words);
    },
    [slug, words],
  );

describe('the list of chats', () => {
  it('draws few of 2,000 rows, wherever it is scrolled', async () => {
    const { page, done } = await browser.open('dialogs=2000');
    const list = page.getByRole('list', { name: 'Chats' });
    await list.waitFor();
    for (const top of [0, 30_000, 119_000]) {
      await list.evaluate((view, to) => (view.scrollTop = to), top);
      await settle(page);
      const drawn = (await names(page)).length;
      assert.ok(drawn > 8 && drawn < 40, `${drawn} rows`);
    }
    assert.equal(await list.getByRole('listitem').last().getAttribute('aria-setsize'), '2000');
    await done();
  });

  it('moves the chat that got a message to the top', async () => {
    const { page, done } = await browser.open('dialogs=2000');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await say(page, 'fill-1500', 'out of the blue');
    await settle(page);
    const [first] = await names(page);
    assert.match(first, /1501$/);
    await done();
  });

  it('waits with the order while a pointer is over it, and catches up when it leaves', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    const before = await names(page);
    await page.mouse.move(100, 300);
    await page.mouse.move(110, 310);
    await say(page, 'sam', 'now');
    await settle(page);
    assert.deepEqual(await names(page), before);
    await page.mouse.move(800, 300);
    await settle(page);
    assert.equal((await names(page))[0], 'Sam Okafor');
    await done();
  });

  it('catches up when the pointer rests for a second', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page.mouse.move(100, 300);
    await page.mouse.move(110, 310);
    await say(page, 'sam', 'now');
    await page.clock.runFor(1100);
    await settle(page);
    assert.equal((await names(page))[0], 'Sam Okafor');
    await done();
  });

  it('finds chats by name and opens the first with Enter', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page.getByRole('searchbox').fill('tomas');
    await settle(page);
    assert.deepEqual(await names(page), ['Tomás Rivera']);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Tomás Rivera' }).waitFor();
    await done();
  });

  it('filters, and offers all chats again when nothing matches', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('button', { name: 'Groups' }).click();
    await settle(page);
    assert.ok(!(await names(page)).includes('Jonas Weber'));
    await page.getByRole('searchbox').fill('zzz');
    await page.getByRole('button', { name: 'Show all chats' }).click();
    await settle(page);
    assert.ok((await names(page)).includes('Jonas Weber'));
    await done();
  });

  it('is walked by the arrow keys, one stop for Tab', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.equal(await page.locator('[data-dialog][tabindex="0"]').count(), 1);
    await page.locator('[data-dialog][tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await settle(page);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Design crit/);
    await page.keyboard.press('End');
    await settle(page);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /رحلة الجبل/);
    await done();
  });

  it('goes to the next chat with Alt and an arrow', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page.getByRole('heading', { name: 'Ridge Walk' }).waitFor();
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('heading', { name: 'Design crit' }).waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('heading', { name: 'Ridge Walk' }).waitFor();
    await done();
  });

  it('remembers the width it was dragged to', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('separator').waitFor();
    await page.mouse.move(320, 400);
    await page.mouse.down();
    await page.mouse.move(380, 400);
    await page.mouse.up();
    const width = () => page.locator('nav').evaluate((nav) => nav.getBoundingClientRect().width);
    assert.equal(await width(), 380);
    await page.clock.runFor(1000);
    await done();
  });
});
