// Arranging the list: pins, archive, marks, folders, several chats at once, by pointer and by keyboard alone.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const row = (page, name) => page.getByRole('list', { name: 'Chats' }).getByRole('button', { name });
const item = (page, name) => page.getByRole('menuitem', { name });
const calls = (page, name) =>
  page.evaluate((name) => window.fake.calls.filter(([each]) => each === name), name);
const names = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-dialog]')]
      .map((each) => ({
        name: each.querySelector('.name').textContent,
        top: each.getBoundingClientRect().top,
      }))
      .sort((a, b) => a.top - b.top)
      .map((each) => each.name),
  );

/** The pointer leaves the list, so that it takes its order. */
async function aside(page) {
  await page.mouse.move(900, 400);
  await settle(page);
}

describe('the menu of a chat', () => {
  it('opens by the right button, pins, and the chat goes to the top', async () => {
    const { page, done } = await browser.open('state=organised');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Pin').click();
    await aside(page);
    assert.equal((await names(page))[0], 'Sam Okafor');
    await row(page, /Sam Okafor.*Pinned/).waitFor();
    await done();
  });

  it('is walked by keys alone, into the times to mute for and back, and gives the focus back', async () => {
    const { page, done } = await browser.open('state=organised');
    await row(page, /Sam Okafor/).focus();
    await page.keyboard.press('Shift+F10');
    await item(page, 'Open').waitFor();
    await page.keyboard.type('mu');
    await page.keyboard.press('ArrowRight');
    const hour = item(page, 'For 1 hour');
    await hour.waitFor();
    assert.equal(await hour.evaluate((node) => node === document.activeElement), true);
    await page.keyboard.press('ArrowLeft');
    await hour.waitFor({ state: 'detached' });
    assert.equal(await item(page, 'Mute').evaluate((node) => node === document.activeElement), true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    const [[, , until]] = await calls(page, 'muteDialog');
    const now = await page.evaluate(() => Date.now());
    assert.ok(Math.abs(until - now - 3_600_000) < 60_000);
    await row(page, /Sam Okafor.*Muted/).waitFor();
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Sam Okafor/);
    await done();
  });

  it('says in one sentence why something was refused', async () => {
    const { page, done } = await browser.open('state=organised&fail=pinDialogs:storage');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Pin').click();
    await page.locator('.toast').getByText('This computer could not store it').waitFor();
    await done();
  });

  it('asks before it deletes, stays with the reason when it was refused, and leaves the chat there', async () => {
    const { page, done } = await browser.open('state=organised&fail=deleteDialogs:offline&open=sam');
    await page.getByRole('button', { name: 'What to do with Sam Okafor' }).click();
    await item(page, 'Delete for me').click();
    const sheet = page.getByRole('dialog', { name: 'Delete for me?' });
    await sheet.getByRole('button', { name: 'Delete for me' }).click();
    await sheet.getByRole('alert').getByText('You are offline.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Sam Okafor' }).waitFor();
    await done();
  });

  it('deletes, and the open chat makes room without a word about a loss', async () => {
    const { page, done } = await browser.open('state=organised&open=sam');
    await page.getByRole('button', { name: 'What to do with Sam Okafor' }).click();
    await item(page, 'Delete for me').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    await page.getByText('Choose a chat').waitFor();
    await page.locator('.toast').getByText('Chat deleted.').waitFor();
    assert.equal(await page.getByText('This chat is gone').count(), 0);
    await done();
  });
});

describe('the archive', () => {
  it('takes a chat, offers it back, and can be looked into', async () => {
    const { page, done } = await browser.open('state=organised');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Archive').click();
    await row(page, /Sam Okafor/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, /Sam Okafor/).waitFor();
    await page.getByRole('button', { name: /^Archived chats/ }).click();
    await page
      .getByRole('list', { name: 'Archived chats' })
      .getByRole('button', { name: /Pottery/ })
      .waitFor();
    await page.keyboard.press('Escape');
    await row(page, /Sam Okafor/).waitFor();
    await done();
  });

  it('is looked through by name as well', async () => {
    const { page, done } = await browser.open('state=organised');
    await page.getByRole('searchbox').fill('pottery');
    await row(page, /Pottery/).waitFor();
    await done();
  });
});

describe('several chats at once', () => {
  it('are chosen one by one and by range, archived together and given back together', async () => {
    const { page, done } = await browser.open('state=organised');
    const box = (name) => page.getByRole('checkbox', { name });
    await row(page, /Layla Haddad/).click({ modifiers: ['Control'] });
    await box(/Sam Okafor/).click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await box(/Olena Kovalenko/).click();
    await page.getByText('2 selected').waitFor();
    await page
      .getByRole('toolbar', { name: /selected/ })
      .getByRole('button', { name: 'Archive' })
      .click();
    await page.locator('.toast').getByText('2 chats archived.').waitFor();
    const [[, ids]] = await calls(page, 'archiveDialogs');
    assert.equal(ids.length, 2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, /Layla Haddad/).waitFor();
    await done();
  });

  it('end with Escape, and the focus stays in the list', async () => {
    const { page, done } = await browser.open('state=organised');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Select').click();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('checkbox', { name: /Sam Okafor/ }).focus();
    await page.keyboard.press('Escape');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.matches('[data-dialog]')), true);
    await done();
  });

  it('say how many were refused', async () => {
    const { page, done } = await browser.open('state=organised');
    await row(page, /Layla Haddad/).waitFor();
    await page.evaluate(() => {
      window.fake.deleteDialogs = (_account, ids) =>
        Promise.resolve({ deletedIds: ids.slice(1), refusedIds: ids.slice(0, 1) });
    });
    await row(page, /Layla Haddad/).click({ modifiers: ['Control'] });
    await page.getByRole('checkbox', { name: /Sam Okafor/ }).click();
    await page
      .getByRole('toolbar', { name: /selected/ })
      .getByRole('button', { name: 'Delete for me' })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    await page.locator('.toast').getByText('1 of 2 chats could not be deleted').waitFor();
    await done();
  });
});

describe('folders', () => {
  it('are made from the menu of a chat, filter the list, and are taken away with the chats left', async () => {
    const { page, done } = await browser.open('');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Add to folder').click();
    await item(page, 'New folder…').click();
    await page.getByLabel('Name of the folder').fill('Hiking');
    await page.keyboard.press('Enter');
    const chip = page.getByRole('button', { name: 'Hiking', exact: true });
    await chip.click();
    await settle(page);
    assert.deepEqual(await names(page), ['Sam Okafor']);
    await chip.click({ button: 'right' });
    await item(page, 'Delete folder').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete folder' }).click();
    await row(page, /Jonas Weber/).waitFor();
    assert.equal(await chip.count(), 0);
    await done();
  });

  it('of kinds need at least one, and say so', async () => {
    const { page, done } = await browser.open('');
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Add to folder').click();
    await item(page, 'New folder…').click();
    await page.getByLabel('Name of the folder').fill('Groups only');
    await page.getByRole('radio', { name: 'Kinds of chats' }).click();
    await page.getByText('Choose at least one kind first.').first().waitFor({ state: 'attached' });
    await page.getByText('Groups', { exact: true }).last().click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Groups only' }).click();
    await settle(page);
    assert.ok(!(await names(page)).includes('Sam Okafor'));
    await done();
  });

  it('are reached by the arrow keys, one stop for Tab', async () => {
    const { page, done } = await browser.open('state=organised');
    const bar = page.getByRole('toolbar', { name: 'Which chats are listed' });
    await bar.getByRole('button', { name: 'All' }).waitFor();
    assert.equal(await bar.locator('[tabindex="0"]').count(), 1);
    await bar.getByRole('button', { name: 'All' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.equal(await bar.getByRole('button', { name: /Unread/ }).getAttribute('aria-pressed'), 'true');
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`menu, selection, archive and folder sheet pass the accessibility checks in ${theme}`, async () => {
    const { page, done } = await browser.open(`state=organised&theme=${theme}`);
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Mute').click();
    await item(page, 'For 1 hour').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await row(page, /Sam Okafor/).click({ modifiers: ['Control'] });
    await page.getByText('1 selected').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Stop selecting' }).click();
    await page.getByRole('button', { name: /^Archived chats/ }).click();
    await page.getByRole('list', { name: 'Archived chats' }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Back to all chats' }).click();
    await row(page, /Sam Okafor/).click({ button: 'right' });
    await item(page, 'Add to folder').click();
    await item(page, 'New folder…').click();
    await page.getByRole('radio', { name: 'Kinds of chats' }).click();
    assert.deepEqual(await violations(page), []);
    await done();
  });
}
