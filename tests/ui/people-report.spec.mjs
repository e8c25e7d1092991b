// Reporting: a reason, words, the confirmation, and the way on to a block.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

const SAM = 5187233;

async function openReport(query = '') {
  const window = await browser.open(`state=blocked&${query}`);
  const { page } = window;
  await openSettings(page, 'Privacy');
  await page.getByRole('button', { name: /^Sam Okafor/ }).click();
  await page.getByRole('dialog', { name: 'Profile' }).getByRole('button', { name: 'Report' }).click();
  const sheet = page.getByRole('dialog', { name: 'Report this person' });
  await sheet.getByText('Sam Okafor').waitFor();
  return { ...window, sheet };
}

describe('a report of a person', () => {
  it('needs a reason, and is confirmed', async () => {
    const { page, sheet, done } = await openReport();
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByText('Choose what is wrong.').waitFor();
    await sheet.getByText('Insults or harassment').click();
    await sheet.getByLabel('What happened').fill('Called me names');
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('heading', { name: 'The report is sent' }).waitFor();
    assert.deepEqual(await callsOf(page, 'reportPerson'), [[SAM, 'Insults or harassment: Called me names']]);
    // Sam is blocked already: there is nothing more to offer.
    assert.equal(await sheet.getByRole('button', { name: 'Block this person' }).count(), 0);
    await sheet.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('dialog', { name: 'Profile' }).waitFor();
    await done();
  });

  it('of something else needs words', async () => {
    const { page, sheet, done } = await openReport();
    await sheet.getByText('Something else').click();
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByText('Say in a few words what is wrong.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await page.keyboard.type('Sells my photos');
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('heading', { name: 'The report is sent' }).waitFor();
    assert.deepEqual(await callsOf(page, 'reportPerson'), [[SAM, 'Sells my photos']]);
    await done();
  });

  it('keeps every word when it did not go, and goes at the next try', async () => {
    const { page, sheet, done } = await openReport();
    await refuse(page, 'reportPerson', { kind: 'offline' });
    await sheet.getByText('Spam or advertising').click();
    await sheet.getByLabel('What happened').fill('Ten links a day');
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('alert').getByText('You are offline.').waitFor();
    assert.equal(await sheet.getByLabel('What happened').inputValue(), 'Ten links a day');
    await refuse(page, 'reportPerson', null);
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('heading', { name: 'The report is sent' }).waitFor();
    await done();
  });

  it('counts what is too long', async () => {
    const { page, sheet, done } = await openReport();
    await sheet.getByText('Spam or advertising').click();
    await sheet.getByLabel('What happened').fill('x'.repeat(950));
    await sheet.getByText('50 characters left').waitFor();
    await sheet.getByLabel('What happened').fill('x'.repeat(1001));
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByText('1 character too many.').waitFor();
    assert.deepEqual(await callsOf(page, 'reportPerson'), []);
    await done();
  });
});

describe('a report of a message', () => {
  it('shows what was said, is sent with its id, and leads to a block of who said it', async () => {
    const { page, done } = await browser.open('open=ridge');
    const said = page.locator('.message-row', { hasText: 'I rang the warden' });
    const messageId = await said.getAttribute('data-id');
    await said.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Report' }).click();
    const sheet = page.getByRole('dialog', { name: 'Report this message' });
    await sheet.getByText('I rang the warden: it is, and there is wood.').waitFor();
    await sheet.getByText('Threats or danger').click();
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('heading', { name: 'The report is sent' }).waitFor();
    const [[, reported, reason]] = await callsOf(page, 'reportMessage');
    assert.deepEqual([reported, reason], [messageId, 'Threats or danger']);
    await sheet.getByRole('button', { name: 'Block this person' }).click();
    await page
      .getByRole('dialog', { name: 'Block this person?' })
      .getByText('Jonas Weber', { exact: true })
      .waitFor();
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`reporting passes the accessibility checks in ${theme}`, async () => {
    const { page, sheet, done } = await openReport(`theme=${theme}`);
    await sheet.getByRole('button', { name: 'Send report' }).click();
    assert.deepEqual(await violations(page), [], 'the form');
    await sheet.getByText('Spam or advertising').click();
    await sheet.getByRole('button', { name: 'Send report' }).click();
    await sheet.getByRole('heading', { name: 'The report is sent' }).waitFor();
    assert.deepEqual(await violations(page), [], 'the confirmation');
    await done();
  });
}
