// Who is here now: watched are the people on the screen and nobody else, and the engine knows whether the window is
// looked at.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

const OLENA = 5187204;
const JONAS = 5187260;

const watched = (page) => page.evaluate(() => window.fake.watched);

/** Notes every set of people that is asked for. */
function note(page) {
  return page.evaluate(() => {
    window.asked = [];
    const watch = window.fake.watchActivity;
    window.fake.watchActivity = (account, people) => {
      window.asked.push(people);
      return watch(account, people);
    };
  });
}

describe('people on the screen', () => {
  it('are those of the private chats in view, without me, in one request', async () => {
    const { page, done } = await browser.open('dialogs=400');
    await page.waitForFunction((id) => window.fake.watched.includes(id), JONAS);
    const people = await watched(page);
    assert.equal(new Set(people).size, people.length);
    assert.equal(people.includes(5187200), false);
    assert.ok(people.length < 40, `${people.length} people are watched`);
    await done();
  });

  it('have a dot while they are online, and lose it with the connection', async () => {
    const { page, done } = await browser.open('');
    const dot = page.locator('[data-dialog]', { hasText: 'Jonas Weber' }).locator('.dot').first();
    await dot.waitFor();
    await page.evaluate(() =>
      window.fake.setConnection({ type: 'offline', payload: { reason: 'noNetwork' } }),
    );
    await dot.waitFor({ state: 'detached' });
    await page.evaluate(() => window.fake.setConnection({ type: 'online' }));
    await dot.waitFor();
    await page.evaluate(
      (id) => window.fake.setActivity(id, { type: 'lastSeen', payload: Date.now() }),
      JONAS,
    );
    await dot.waitFor({ state: 'detached' });
    await done();
  });

  it('stand in words in the head of the chat, which grow old by themselves', async () => {
    const { page, done } = await browser.open('open=layla');
    const head = page.locator('header').filter({ has: page.getByRole('heading', { name: 'Layla Haddad' }) });
    await head.getByText('last seen 5 mins ago').waitFor();
    await page.clock.runFor(3 * 60_000);
    await head.getByText('last seen 8 mins ago').waitFor();
    await done();
  });

  it('are asked for once while one scrolls, when it rests', async () => {
    const { page, done } = await browser.open('dialogs=400');
    await page.waitForFunction((id) => window.fake.watched.includes(id), OLENA);
    await note(page);
    await page.locator('.view').first().hover();
    for (let times = 0; times < 8; times += 1) await page.mouse.wheel(0, 300);
    await page.waitForFunction(() => window.asked.length > 0);
    assert.ok((await page.evaluate(() => window.asked.length)) <= 2);
    await done();
  });

  it('are nobody while the settings fill the window', async () => {
    const { page, done } = await browser.open('');
    await page.waitForFunction((id) => window.fake.watched.includes(id), OLENA);
    await page
      .getByRole('button', { name: /Mira Lindqvist/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.waitForFunction(() => window.fake.watched.length === 0);
    await done();
  });
});
