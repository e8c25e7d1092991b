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

describe('what opens the messages', () => {
  async function openPage(page) {
    await page.getByRole('button', { name: /accounts and settings/ }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Lock and keys' }).click();
    await page.getByRole('heading', { name: 'What opens your messages' }).waitFor();
  }

  it('one way alone is warned of, and a recovery code is shown once', async () => {
    const { page, done } = await browser.open('keys=keychain');
    await page.getByRole('button', { name: /accounts and settings/ }).click();
    await page.getByRole('menuitem', { name: /Make a recovery code/ }).click();
    await page.getByText('There is only one way to open your messages.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Lock now' }).count(), 0);
    await page.getByRole('button', { name: 'Make one: Recovery code' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make the code' }).click();
    const sheet = page.getByRole('dialog', { name: 'Your recovery code' });
    await sheet.getByText('K7QX').waitFor();
    await page.keyboard.press('Escape');
    await sheet.getByText('J3F0').waitFor();
    await sheet.getByRole('button', { name: 'Copy' }).click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^K7QX(-\w{4}){7}$/);
    await sheet.getByRole('button', { name: 'Print' }).click();
    assert.deepEqual((await calls(page)).at(-1), ['printPage']);
    await sheet.getByRole('button', { name: 'I have it on paper' }).click();
    await page.getByRole('button', { name: 'Remove: Recovery code' }).waitFor();
    await sheet.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: /accounts and settings/ }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).waitFor();
    assert.equal(await page.getByRole('menuitem', { name: /Make a recovery code/ }).count(), 0);
    await done();
  });

  it('a lock is turned on with a new passphrase, which is judged first', async () => {
    const { page, done } = await browser.open('keys=keychain,recoveryCode');
    await openPage(page);
    await page.getByRole('switch', { name: 'Ask for the passphrase' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('Passphrase', { exact: true }).fill('short');
    await sheet.getByRole('button', { name: 'Turn on the lock' }).click();
    await sheet.getByText('Use at least 8 characters.').waitFor();
    await sheet.getByLabel('Passphrase', { exact: true }).fill('four words are enough');
    await sheet.getByLabel('Passphrase again').fill('four words are enough');
    await sheet.getByRole('button', { name: 'Turn on the lock' }).click();
    await page.getByRole('switch', { name: 'Lock with the screen' }).waitFor();
    assert.equal(await page.getByText('Keychain of this computer').count(), 0);
    await page.getByRole('button', { name: 'Lock by itself' }).click();
    await page.getByRole('menuitemradio', { name: '5 minutes', exact: true }).click();
    await page.waitForFunction(() => window.fake.settings.lockAfterS === 300);
    await done();
  });

  it('the lock is turned off by whoever knows the passphrase', async () => {
    const { page, done } = await browser.open('keys=passphrase,recoveryCode');
    await openPage(page);
    await page.getByRole('switch', { name: 'Ask for the passphrase' }).click();
    const sheet = page.getByRole('dialog', { name: 'Open without a passphrase' });
    await sheet.getByLabel('Passphrase', { exact: true }).fill('not it');
    await page.keyboard.press('Enter');
    await sheet.getByText('This passphrase does not fit.').waitFor();
    await sheet.getByRole('radio', { name: /Key in a file/ }).check({ force: true });
    await sheet.getByLabel('Passphrase', { exact: true }).fill('correct');
    await page.keyboard.press('Enter');
    await sheet.waitFor({ state: 'hidden' });
    assert.equal(
      await page.getByRole('switch', { name: 'Ask for the passphrase' }).getAttribute('aria-checked'),
      'false',
    );
    assert.deepEqual((await calls(page)).at(-1), ['addKey', 'keyFile']);
    await done();
  });

  it('are not said to lock with the screen where nothing tells of the screen', async () => {
    const { page, done } = await browser.open('keys=passphrase,recoveryCode&platform=windows');
    await openPage(page);
    await page.getByRole('button', { name: 'Lock by itself' }).waitFor();
    assert.equal(await page.getByRole('switch', { name: 'Lock with the screen' }).count(), 0);
    await done();
  });

  it('is locked by key, and shows nothing until it is opened', async () => {
    const { page, done } = await browser.open('keys=passphrase,recoveryCode&open=tomas');
    await page.getByRole('textbox', { name: /^Message to/ }).fill('Half a sen');
    await page.keyboard.press('Control+l');
    await page.getByRole('heading', { name: 'Your messages are locked' }).waitFor();
    assert.equal(await page.getByText('Tomas').count(), 0);
    await page.getByRole('button', { name: 'Use the recovery code' }).click();
    await page
      .getByRole('textbox', { name: 'Recovery code' })
      .fill('k7qx 2m9d v4tb 8zhn 5rwc 1gep 6ysa j3f0');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('after too many wrong entries the wait is counted down', async () => {
    const { page, done } = await browser.open('state=locked', { clock: false });
    for (let wrong = 0; wrong < 4; wrong += 1) {
      await page.getByLabel('Passphrase').fill('not it');
      await page.keyboard.press('Enter');
      await page.getByText('This passphrase does not fit.').waitFor();
    }
    await page.getByLabel('Passphrase').fill('correct');
    await page.keyboard.press('Enter');
    await page.getByText('Try again in 8 seconds.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Unlock' }).isDisabled(), true);
    await page.getByText('Try again in 6 seconds.').waitFor();
    await page.getByText(/Too many wrong entries/).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('with nothing to enter there is another try', async () => {
    const { page, done } = await browser.open('state=locked&keys=keychain');
    await page.getByText(/Unlock the keychain, or put the file back/).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('It does not open yet.').waitFor();
    await done();
  });

  for (const theme of ['light', 'dark', 'contrast']) {
    it(`passes the accessibility checks in ${theme}`, async () => {
      const { page, done } = await browser.open(`keys=passphrase&theme=${theme}`, { clock: false });
      await openPage(page);
      assert.deepEqual(await violations(page), []);
      await page.getByRole('button', { name: 'Change: Passphrase' }).click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await violations(page), []);
      await done();
    });
  }
});
