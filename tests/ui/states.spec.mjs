// Every state of the window is drawn, says what it should, and passes the accessibility checks in light and dark.
// Errors of the page and stops of the content policy fail the test too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Query, and sentences that must be on the screen. */
const STATES = [
  ['open=ridge', '2 new messages', 'Read by 4 of 6', 'Not sent: the server did not answer.'],
  ['open=jonas', 'typing…'],
  ['open=family', 'changed the description'],
  ['open=former&state=organised', 'You are no longer in this group.'],
  ['open=amara&state=blocked', 'Unblock to write to each other again.'],
  ['open=weather', 'Only the owner and admins write here.'],
  ['', 'Choose a chat'],
  ['state=empty', 'Say the first word'],
  ['state=loading&open=jonas', 'Chats are loading'],
  ['state=failed', 'Your chats cannot be read'],
  ['state=gap&open=tomas', 'Messages are missing here'],
  ['state=connecting', 'Connecting…'],
  ['state=reconnecting', 'Try now'],
  ['state=offline&open=jonas', 'Offline. 3 messages wait to be sent'],
  ['state=certificate', "The server's certificate is not trusted"],
  ['state=signedOut', 'Signed out by the server'],
];

async function check(page) {
  // Through the debugger, not a script element: the content policy is the one of the real window.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
  );
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join(' | ')}`,
  );
}

for (const theme of ['light', 'dark']) {
  describe(`the window in ${theme}`, () => {
    for (const [query, ...words] of STATES) {
      it(`${query || 'with nothing open'}: ${words.join(' ')}`, async () => {
        const { page, done } = await browser.open(`theme=${theme}&${query}`);
        await page.waitForSelector('nav');
        // The connection line has patience for two seconds.
        await page.clock.runFor(3000);
        for (const each of words) await page.getByText(each).first().waitFor();
        await settle(page);
        assert.deepEqual(await check(page), []);
        await done();
      });
    }
  });
}

describe('other sizes and settings', () => {
  it('shows one column with a way back in a narrow window', async () => {
    const { page, done } = await browser.open('open=ridge', { width: 420 });
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.equal(await page.getByRole('main').count(), 0);
    await page.getByRole('button', { name: /Jonas Weber/ }).click();
    await page.getByRole('heading', { name: 'Jonas Weber' }).waitFor();
    assert.deepEqual(await check(page), []);
    await done();
  });

  it('passes the checks in high contrast', async () => {
    const { page, done } = await browser.open('theme=contrast&open=ridge');
    await page.getByText('2 new messages').waitFor();
    assert.deepEqual(await check(page), []);
    await done();
  });

  it('grows its rows with the text', async () => {
    const { page, done } = await browser.open('scale=1.4&open=ridge');
    const box = await page
      .getByRole('list', { name: 'Chats' })
      .getByRole('button', { name: /Ridge Walk/ })
      .boundingBox();
    assert.equal(Math.round(box.height), 84);
    await done();
  });

  it('follows the system from light to dark while it runs', async () => {
    const { page, done } = await browser.open('open=ridge', { colorScheme: 'light' });
    await page.waitForSelector('nav');
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    // The page is told of it with the next frame.
    await settle(page);
    assert.equal(await theme(), 'dark');
    await done();
  });
});
