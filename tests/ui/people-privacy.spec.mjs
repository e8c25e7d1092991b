// Blocking: one way and both ways, the page of blocked people, and several lists of which one is in use.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

const OLENA = 5187204;
const SAM = 5187233;
const AMARA = 5187211;

async function openPrivacy(query = '', options = {}) {
  const window = await browser.open(query, options);
  await openSettings(window.page, 'Privacy');
  return window;
}

/** Chooses somebody on the page, up to the question in which way. */
async function chooseOlena(page) {
  await page.getByRole('button', { name: 'Block someone' }).click();
  await page.getByRole('dialog', { name: 'Block someone' }).waitFor();
  await page.keyboard.type('olena');
  await page.getByRole('option', { name: /Olena Kovalenko/ }).waitFor();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Block this person?' });
  await sheet.getByText('Olena Kovalenko').waitFor();
  return sheet;
}

const row = (page, name) => page.getByRole('listitem').filter({ hasText: name });

describe('blocked people', () => {
  it('are none at first, and the page says how somebody becomes one', async () => {
    const { page, done } = await openPrivacy();
    await page.getByText('Nobody is blocked').waitFor();
    await page.getByText('No list yet').waitFor();
    await done();
  });

  it('are added by name and keyboard, one way', async () => {
    const { page, done } = await openPrivacy();
    const sheet = await chooseOlena(page);
    assert.equal(await sheet.getByRole('radio', { name: 'One way' }).isChecked(), true);
    await sheet.getByRole('button', { name: 'Block', exact: true }).click();
    await row(page, 'Olena Kovalenko').getByText('What they write does not reach you').waitFor();
    assert.deepEqual(await callsOf(page, 'blockPerson'), [[OLENA, false]]);
    await done();
  });

  it('are added both ways, and the block is taken back at once', async () => {
    const { page, done } = await openPrivacy();
    const sheet = await chooseOlena(page);
    await sheet.getByRole('radio', { name: 'One way' }).focus();
    await page.keyboard.press('ArrowDown');
    await sheet.getByRole('button', { name: 'Block', exact: true }).click();
    await row(page, 'Olena Kovalenko').getByText('Neither of you reaches the other').waitFor();
    assert.deepEqual(await callsOf(page, 'blockPerson'), [[OLENA, true]]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Nobody is blocked').waitFor();
    assert.deepEqual(await callsOf(page, 'unblockPerson'), [[OLENA]]);
    await done();
  });

  it('stay chosen when the block was refused, with the reason', async () => {
    const { page, done } = await openPrivacy();
    const sheet = await chooseOlena(page);
    await refuse(page, 'blockPerson', { kind: 'offline' });
    await sheet.getByRole('button', { name: 'Block', exact: true }).click();
    await sheet.getByRole('alert').getByText('You are offline.').waitFor();
    await refuse(page, 'blockPerson', null);
    await sheet.getByRole('button', { name: 'Block', exact: true }).click();
    await row(page, 'Olena Kovalenko').waitFor();
    await done();
  });

  it('are not offered a second time', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await row(page, 'Sam Okafor').first().waitFor();
    await page.getByRole('button', { name: 'Block someone' }).click();
    await page.getByRole('option').first().waitFor();
    assert.equal(await page.getByRole('option', { name: /Sam Okafor/ }).count(), 0);
    await done();
  });

  it('are let in again, and blocked again by Undo in the same way', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await page.getByRole('button', { name: 'Unblock Amara Nwosu' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, 'Amara Nwosu').getByText('Neither of you reaches the other').waitFor();
    assert.deepEqual(await callsOf(page, 'unblockPerson'), [[AMARA]]);
    assert.deepEqual(await callsOf(page, 'blockPerson'), [[AMARA, true]]);
    await done();
  });

  it('change from one way to both', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await page.getByRole('button', { name: 'Block of Sam Okafor: One way' }).click();
    await page.getByRole('menuitemradio', { name: 'Both ways' }).click();
    await page.getByRole('button', { name: 'Block of Sam Okafor: Both ways' }).waitFor();
    assert.deepEqual(await callsOf(page, 'blockPerson'), [[SAM, true]]);
    await done();
  });

  it('follow what another device did', async () => {
    const { page, done } = await openPrivacy();
    await page.getByText('Nobody is blocked').waitFor();
    await page.evaluate(() =>
      window.fake.emit({
        type: 'privacyChanged',
        payload: { accountId: '00000000000000a1', blocked: [{ userId: 5187271, mutual: true }] },
      }),
    );
    await row(page, 'Kofi Mensah').waitFor();
    await done();
  });

  it('say why they could not be loaded and load again', async () => {
    const { page, done } = await browser.open('state=blocked');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page.evaluate(() => {
      // What the list of chats asked for is told again by nobody.
      window.kept = { blocked: window.fake.blocked };
      window.fake.blocked = () => Promise.reject({ kind: 'storage', message: 'disk I/O error' });
    });
    await page.evaluate(() =>
      window.fake.emit({ type: 'privacyChanged', payload: { accountId: '00000000000000a1', blocked: [] } }),
    );
    await openSettings(page, 'Privacy');
    await page.getByText('The blocked people could not be loaded').waitFor();
    await page.getByText('disk I/O error').waitFor();
    await refuse(page, 'blocked', null);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await row(page, 'Sam Okafor').waitFor();
    await done();
  });

  it('can be searched once they are many', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await row(page, 'Sam Okafor').waitFor();
    assert.equal(await page.getByRole('searchbox', { name: 'Search blocked people' }).count(), 0);
    await page.evaluate(() =>
      window.fake.emit({
        type: 'privacyChanged',
        payload: {
          accountId: '00000000000000a1',
          blocked: [5187204, 5187260, 5187219, 5187226, 5187233, 5187318].map((userId) => ({
            userId,
            mutual: false,
          })),
        },
      }),
    );
    const field = page.getByRole('searchbox', { name: 'Search blocked people' });
    await field.fill('tom');
    await row(page, 'Tomás Rivera').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Unblock / }).count(), 1);
    await field.fill('zzz');
    await page.getByText('Nobody with this name is blocked').waitFor();
    await done();
  });
});

describe('privacy lists', () => {
  it('say which one is in use, and another one takes its place', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await row(page, 'Holidays').getByText('2 people blocked, everyone else allowed').waitFor();
    await page.getByRole('button', { name: 'Use the list Holidays' }).click();
    await row(page, 'Holidays').getByText('in use').waitFor();
    assert.deepEqual(await callsOf(page, 'setDefaultPrivacyList'), [['Holidays']]);
    // The people who are blocked are those of the list.
    await row(page, 'Kofi Mensah').waitFor();
    await page.getByRole('button', { name: 'Stop using the list Holidays' }).click();
    await page.getByRole('heading', { name: 'Nobody is blocked' }).waitFor();
    assert.deepEqual((await callsOf(page, 'setDefaultPrivacyList')).at(-1), [null]);
    await done();
  });

  it('are made with a name and at least one person', async () => {
    const { page, done } = await openPrivacy();
    await page.getByRole('button', { name: 'New list' }).click();
    const sheet = page.getByRole('dialog', { name: 'New list' });
    await sheet.getByRole('button', { name: 'Save list' }).click();
    await sheet.getByText('Give the list a name.').waitFor();
    await sheet.getByLabel('Name of the list').fill('At work');
    await sheet.getByText('Add at least one person').waitFor();
    await sheet.getByRole('button', { name: 'Add someone' }).click();
    await page.getByRole('option', { name: /Jonas Weber/ }).click();
    await sheet.getByRole('button', { name: 'Block of Jonas Weber: One way' }).click();
    await page.getByRole('menuitemradio', { name: 'Let through' }).click();
    await sheet.getByRole('button', { name: 'Save list' }).click();
    await sheet.waitFor({ state: 'detached' });
    await row(page, 'At work').getByText('Blocks nobody').waitFor();
    assert.deepEqual(await callsOf(page, 'savePrivacyList'), [
      [{ name: 'At work', isDefault: false, items: [{ userId: 5187260, action: 'allow', mutual: false }] }],
    ]);
    await done();
  });

  it('are changed: a person taken out, another way; nothing is sent before it is saved', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await page.getByRole('button', { name: /^Holidays/ }).click();
    const sheet = page.getByRole('dialog', { name: 'Holidays' });
    await sheet.getByRole('button', { name: 'Take Olena Kovalenko out' }).click();
    await sheet.getByRole('button', { name: 'Block of Kofi Mensah: One way' }).click();
    await page.getByRole('menuitemradio', { name: 'Both ways' }).click();
    assert.deepEqual(await callsOf(page, 'savePrivacyList'), []);
    await sheet.getByRole('button', { name: 'Save list' }).click();
    await sheet.waitFor({ state: 'detached' });
    const [[saved]] = await callsOf(page, 'savePrivacyList');
    assert.deepEqual(saved.items, [
      { userId: 5187271, action: 'deny', mutual: true },
      { userId: 5187282, action: 'deny', mutual: true },
    ]);
    await done();
  });

  it('stay open with what was changed when saving was refused', async () => {
    const { page, done } = await openPrivacy('state=blocked&fail=savePrivacyList:forbidden');
    await page.getByRole('button', { name: /^Holidays/ }).click();
    const sheet = page.getByRole('dialog', { name: 'Holidays' });
    await sheet.getByRole('button', { name: 'Take Olena Kovalenko out' }).click();
    await sheet.getByRole('button', { name: 'Save list' }).click();
    await sheet.getByRole('alert').getByText('The server does not allow this.').waitFor();
    assert.equal(await sheet.getByText('Olena Kovalenko').count(), 0);
    await done();
  });

  it('are deleted after a second press', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await page.getByRole('button', { name: /^Holidays/ }).click();
    const sheet = page.getByRole('dialog', { name: 'Holidays' });
    await sheet.getByRole('button', { name: 'Delete list' }).click();
    assert.deepEqual(await callsOf(page, 'deletePrivacyList'), []);
    await sheet.getByRole('button', { name: 'Delete it for good' }).click();
    await sheet.waitFor({ state: 'detached' });
    await row(page, 'Holidays').waitFor({ state: 'detached' });
    assert.deepEqual(await callsOf(page, 'deletePrivacyList'), [['Holidays']]);
    await done();
  });

  it('do not take a name twice', async () => {
    const { page, done } = await openPrivacy('state=blocked');
    await row(page, 'Holidays').waitFor();
    await page.getByRole('button', { name: 'New list' }).click();
    const sheet = page.getByRole('dialog', { name: 'New list' });
    await sheet.getByLabel('Name of the list').fill(' Holidays ');
    await sheet.getByRole('button', { name: 'Save list' }).click();
    await sheet.getByText('Another list has this name.').waitFor();
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`privacy passes the accessibility checks in ${theme}`, async () => {
    const { page, done } = await openPrivacy(`state=blocked&theme=${theme}`);
    await row(page, 'Holidays').waitFor();
    assert.deepEqual(await violations(page), [], 'the page');
    await page.getByRole('button', { name: /^Holidays/ }).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), [], 'a list');
    await page.getByRole('button', { name: 'Add someone' }).click();
    await page.getByRole('option').first().waitFor();
    assert.deepEqual(await violations(page), [], 'choosing somebody');
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await chooseOlena(page);
    assert.deepEqual(await violations(page), [], 'blocking');
    await done();
  });
}
