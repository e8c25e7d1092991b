// Who somebody is, and who I am: the card of a person, and my own profile in the settings.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

/** The card of somebody who is blocked one way: Sam, last seen 75 minutes before the world's now. */
async function openSam(query = '') {
  const window = await browser.open(`state=blocked&${query}`);
  await openSettings(window.page, 'Privacy');
  await window.page.getByRole('button', { name: /^Sam Okafor/ }).click();
  const card = window.page.getByRole('dialog', { name: 'Profile' });
  await card.getByRole('heading', { name: 'Sam Okafor' }).waitFor();
  return { ...window, card };
}

async function openMine(query = '', options = {}) {
  const window = await browser.open(query, options);
  await window.page
    .getByRole('button', { name: /Mira Lindqvist/ })
    .first()
    .click();
  await window.page.getByRole('menuitem', { name: 'My profile' }).click();
  const card = window.page.getByRole('dialog', { name: 'My profile' });
  await card.getByRole('heading', { name: 'Mira Lindqvist' }).waitFor();
  return { ...window, card };
}

async function openProfilePage(query = '', options = {}) {
  const window = await browser.open(query, options);
  await openSettings(window.page, 'Profile');
  await window.page.getByLabel('Name', { exact: true }).waitFor();
  return window;
}

describe('the card of a person', () => {
  it('opens at the picture beside their words, and gives the focus back', async () => {
    const { page, done } = await browser.open('open=ridge');
    const picture = page
      .getByRole('main')
      .getByRole('button', { name: /Olena Kovalenko/ })
      .first();
    await picture.click();
    const card = page.getByRole('dialog', { name: 'Profile' });
    await card.getByText('online', { exact: true }).waitFor();
    await card.getByText('olena@example.org').waitFor();
    await card.getByText('1 group in common').waitFor();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Ridge Walk' }).first().waitFor();
    await done();
  });

  it('says how they can be reached and which groups one shares', async () => {
    const { page, card, done } = await openSam();
    await card.getByText('3 groups in common').waitFor();
    await card.getByRole('button', { name: 'Copy: Login' }).click();
    await card.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'sam');
    await card.getByRole('button', { name: /Ridge Walk/ }).click();
    await page.getByRole('heading', { name: 'Ridge Walk' }).first().waitFor();
    await card.waitFor({ state: 'detached' });
    await done();
  });

  it('says that I blocked them, lets them in again, and then when they were last here', async () => {
    const { page, card, done } = await openSam();
    await card.getByText('You blocked this person').waitFor();
    await card.getByRole('button', { name: 'Unblock' }).click();
    await card.getByText('last seen today at 09:30').waitFor();
    await card.getByRole('button', { name: 'Block', exact: true }).waitFor();
    assert.deepEqual(await callsOf(page, 'unblockPerson'), [[5187233]]);
    await done();
  });

  it('stays and says why they could not be let in', async () => {
    const { page, card, done } = await openSam();
    await refuse(page, 'unblockPerson', { kind: 'offline' });
    await card.getByRole('button', { name: 'Unblock' }).click();
    await card.getByRole('alert').getByText('You are offline.').waitFor();
    await card.getByText('You blocked this person').waitFor();
    await done();
  });

  it('leads to the chat with them', async () => {
    const { page, card, done } = await openSam();
    await card.getByRole('button', { name: 'Message' }).click();
    await card.waitFor({ state: 'detached' });
    await page.getByRole('main').getByRole('heading', { name: 'Sam Okafor' }).waitFor();
    await done();
  });

  it('follows as they come and go', async () => {
    const { page, card, done } = await openSam();
    await card.getByRole('button', { name: 'Unblock' }).click();
    await card.getByText('last seen today at 09:30').waitFor();
    await page.waitForFunction(() => window.fake.watched.includes(5187233));
    await page.evaluate(() => window.fake.setActivity(5187233, { type: 'online' }));
    await card.getByText('online', { exact: true }).waitFor();
    await page.evaluate(() =>
      window.fake.setActivity(5187233, { type: 'lastSeen', payload: Date.now() - 60_000 }),
    );
    await card.getByText('last seen 1 min ago').waitFor();
    await page.clock.runFor(5 * 60_000);
    await card.getByText('last seen 6 mins ago').waitFor();
    await done();
  });

  it('is no longer watched once it is closed', async () => {
    const { page, done } = await openSam();
    await page.waitForFunction(() => window.fake.watched.includes(5187233));
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !window.fake.watched.includes(5187233));
    await page.getByRole('heading', { name: 'Privacy', level: 2, exact: true }).waitFor();
    await done();
  });

  it('shows nothing that cannot be known without a connection', async () => {
    const { page, card, done } = await openSam();
    await card.getByRole('button', { name: 'Unblock' }).click();
    await card.getByText('last seen today at 09:30').waitFor();
    await page.evaluate(() =>
      window.fake.setConnection({ type: 'offline', payload: { reason: 'noNetwork' } }),
    );
    await card.getByText('You are offline, so it is not known when they were last here').waitFor();
    assert.equal(await card.getByText('last seen').count(), 0);
    await done();
  });

  it('says that somebody is gone', async () => {
    const { page, card, done } = await openSam();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await refuse(page, 'profile', { kind: 'notFound' });
    await page.getByRole('button', { name: /^Sam Okafor/ }).click();
    await card.getByText('The account was deleted.').waitFor();
    await done();
  });

  it('asks again after a failure', async () => {
    const { page, card, done } = await openSam();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await refuse(page, 'profile', { kind: 'server', status: 503, message: 'x' });
    await page.getByRole('button', { name: /^Sam Okafor/ }).click();
    await card.getByText('The server answered with an error (503).').waitFor();
    await refuse(page, 'profile', null);
    await card.getByRole('button', { name: 'Try again' }).click();
    await card.getByText('3 groups in common').waitFor();
    await done();
  });

  it('of mine leads to where it is changed, and has nothing to block', async () => {
    const { page, card, done } = await openMine();
    assert.equal(await card.getByRole('button', { name: /Block|Report|Message/ }).count(), 0);
    await card.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('heading', { name: 'Profile', level: 2, exact: true }).waitFor();
    await done();
  });

  it('opens a web page outside, and only a web page', async () => {
    const { page, card, done } = await openMine();
    await page.evaluate(() => {
      window.fake.openLink = (url) => {
        window.fake.calls.push(['openLink', url]);
        return Promise.resolve();
      };
    });
    await card.getByRole('button', { name: 'https://mira.example.org' }).click();
    assert.deepEqual(await callsOf(page, 'openLink'), [['https://mira.example.org/']]);
    await done();
  });
});

describe('my profile', () => {
  it('sends what was changed, and only that', async () => {
    const { page, done } = await openProfilePage();
    const save = page.getByRole('button', { name: 'Save' });
    assert.equal(await save.getAttribute('aria-disabled'), 'true');
    await page.getByLabel('Name', { exact: true }).fill('Mira Lindqvist-Berg');
    await page.getByLabel('Phone').fill('');
    await save.click();
    await page.getByText('Your profile is saved').first().waitFor();
    assert.deepEqual(await callsOf(page, 'updateProfile'), [
      [{ name: 'Mira Lindqvist-Berg', login: null, email: null, phone: '', website: null }],
    ]);
    await page.getByRole('navigation').getByText('Mira Lindqvist-Berg').waitFor();
    assert.equal(await save.getAttribute('aria-disabled'), 'true');
    await done();
  });

  it('says beside each field what is wrong with it, and stands in the first', async () => {
    const { page, done } = await openProfilePage();
    await page.getByLabel('E-mail').fill('mira');
    await page.getByLabel('Phone').fill('call me');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('An e-mail address has one @').waitFor();
    await page.getByText('A phone number has digits').waitFor();
    await page.waitForFunction(() => document.activeElement.type === 'email');
    assert.deepEqual(await callsOf(page, 'updateProfile'), []);
    await done();
  });

  it('shows the server’s refusal beside the field and keeps what was typed', async () => {
    const { page, done } = await openProfilePage();
    await page.getByLabel('Login').fill('olena');
    await page.getByLabel('Name', { exact: true }).fill('Mira L.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This is already in use.').waitFor();
    assert.equal(await page.getByLabel('Login').inputValue(), 'olena');
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Mira L.');
    await page.getByLabel('Login').fill('mira.l');
    assert.equal(await page.getByText('This is already in use.').count(), 0);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your profile is saved').first().waitFor();
    await done();
  });

  it('keeps what was typed while one looks at another page, until it is discarded', async () => {
    const { page, done } = await openProfilePage();
    await page.getByLabel('Name', { exact: true }).fill('Mira by half');
    await page.getByRole('button', { name: 'About' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await openSettings(page, 'Profile');
    const name = page.getByLabel('Name', { exact: true });
    await name.waitFor();
    assert.equal(await name.inputValue(), 'Mira by half');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    assert.equal(await name.inputValue(), 'Mira Lindqvist');
    await done();
  });

  it('says why it did not load and loads again', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await refuse(page, 'ownProfile', { kind: 'offline' });
    await openSettings(page, 'Profile');
    await page.getByText('Your profile could not be loaded').waitFor();
    await refuse(page, 'ownProfile', null);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    await done();
  });
});

describe('the password', () => {
  it('needs the present one, and says when it does not fit', async () => {
    const { page, done } = await openProfilePage();
    const old = page.getByLabel('Present password', { exact: true });
    const change = page.getByRole('button', { name: 'Change password' });
    await change.click();
    await page.getByText('Enter your present password.').waitFor();
    await old.fill('wrong one');
    await page.getByLabel('New password', { exact: true }).fill('short');
    await page.getByText('Use at least 8 characters.').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('long enough');
    await change.click();
    await page.getByText('This is not your present password.').waitFor();
    assert.equal(await page.getByLabel('New password', { exact: true }).inputValue(), 'long enough');
    await old.fill('wrong again');
    await refuse(page, 'changePassword', {
      kind: 'validation',
      fields: [{ field: 'old_password', message: 'is wrong' }],
    });
    await change.click();
    await page.getByText('This is not your present password.').waitFor();
    await refuse(page, 'changePassword', null);
    await old.fill('correct');
    await change.click();
    await page.getByText('Your password is changed.').waitFor();
    assert.equal(await old.inputValue(), '');
    await done();
  });
});

describe('deleting the account', () => {
  async function ask(page) {
    await page.getByRole('button', { name: 'Delete…' }).click();
    const sheet = page.getByRole('dialog', { name: 'Delete this account?' });
    await sheet.waitFor();
    return sheet;
  }

  it('asks for the password and begins anew', async () => {
    const { page, done } = await openProfilePage();
    const sheet = await ask(page);
    await sheet.getByText('Nobody can bring the account back.').waitFor();
    await sheet.getByRole('button', { name: 'Delete account' }).click();
    await sheet.getByText('Enter your password.').waitFor();
    await sheet.getByLabel('Present password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await sheet.getByText('This is not your present password.').waitFor();
    await sheet.getByLabel('Present password', { exact: true }).fill('correct');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
    await done();
  });

  it('is taken back by Escape, which leaves the settings open', async () => {
    const { page, done } = await openProfilePage();
    const sheet = await ask(page);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Profile', level: 2, exact: true }).waitFor();
    assert.deepEqual(await callsOf(page, 'deleteAccount'), []);
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`cards and profile pass the accessibility checks in ${theme}`, async () => {
    const { page, card, done } = await openSam(`theme=${theme}`);
    await card.getByText('3 groups in common').waitFor();
    assert.deepEqual(await violations(page), [], 'the card of somebody blocked');
    await card.getByRole('button', { name: 'Unblock' }).click();
    await card.getByText('last seen today').waitFor();
    assert.deepEqual(await violations(page), [], 'the card');
    await page.keyboard.press('Escape');
    await page.getByRole('navigation').getByRole('button', { name: 'Profile', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('');
    await page.getByLabel('Phone').fill('x');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A phone number has digits').waitFor();
    assert.deepEqual(await violations(page), [], 'my profile with errors');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), [], 'deleting');
    await done();
  });
}

it('the card and the profile fit a small window with large text', async () => {
  const { page, card, done } = await openMine('scale=1.4', { width: 380, height: 520 });
  const box = await card.getByRole('button', { name: 'Edit' }).boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 380, JSON.stringify(box));
  await card.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Website').scrollIntoViewIfNeeded();
  const field = await page.getByLabel('Website').boundingBox();
  assert.ok(field.x >= 0 && field.x + field.width <= 380, JSON.stringify(field));
  const wider = await page.evaluate(() => document.querySelector('main').scrollWidth > window.innerWidth);
  assert.equal(wider, false);
  await done();
});
