// Keys, accounts and profiles in the real window: the passphrase that locks a profile, two people in one app, two apps
// beside one another, signing out both ways, and a desktop whose keychain keeps the key without a question.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desktop, until } from './desktop.mjs';
import { signUpHere } from './entrance.mjs';

const ROW = '[data-dialog]';
const PASSPHRASE = 'four words are enough';
const PASSWORD = 'a long enough password';

async function write(page, text) {
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, text);
  await page.keys(field, '\uE007');
}

/** Finds somebody by name and opens the chat with them. */
async function chatWith(page, name) {
  await page.press('button', 'New chat');
  await page.keys(await page.element('dialog[open] input[role=combobox]'), name);
  await page.press('[role=option]', name);
  await page.element('textarea');
}

async function accountMenu(page, entry) {
  // Its name is that of the picture in it.
  await page.click(await page.element('button:has([aria-label$="accounts and settings"])'));
  await page.press('[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]', entry);
}

/** Folders of the accounts that a profile keeps. */
function accountFolders(desktop, profile = 'default') {
  return readdirSync(join(desktop.home, 'cubist', 'profiles', profile, 'accounts'));
}

describe('without a keychain', () => {
  const desktop = new Desktop('accounts');
  let page;

  before(() => desktop.open());
  after(() => desktop.close());

  test('a passphrase keeps the key, and the next start asks for it', async () => {
    page = await desktop.launch();
    await page.sees('Where should the key be kept?');
    await page.press('[role=radio],label,button', 'In your head');
    await page.fill('Passphrase', PASSPHRASE);
    await page.fill('Passphrase again', PASSPHRASE);
    desktop.shot('passphrase');
    await page.press('button', 'Use this passphrase');
    await signUpHere(page, { name: 'Ada Byron', login: 'ada.byron' });
    await desktop.holdBackend();
    await desktop.quit();

    page = await desktop.launch();
    await page.sees('Your messages are locked');
    const field = await page.element('input[type=password]');
    await page.keys(field, 'three words fail\uE007');
    await page.sees('does not fit');
    desktop.shot('wrong-passphrase');
    assert.ok(!(await page.text()).includes('Robin Hale'), 'nothing is shown before the key is there');
    await page.call('POST', `/element/${field}/clear`, {});
    await page.keys(field, `${PASSPHRASE}\uE007`);
    await page.sees('Robin Hale');
    desktop.shot('unlocked');
  });

  test('one app holds two people, each with their own chats', async () => {
    await accountMenu(page, 'Add account');
    await signUpHere(page, { name: 'Grace Hopper', login: 'grace.hopper' });
    await chatWith(page, 'Ada Byron');
    await write(page, 'Is the engine done?');
    await page.sees('Is the engine done?');
    await accountMenu(page, 'Ada Byron');
    await until('the message at the other account', async () =>
      page.run(
        `() => [...document.querySelectorAll('[data-dialog]')].some((row) =>
           row.innerText.includes('Grace Hopper') && row.innerText.includes('Is the engine done?'))`,
      ),
    );
    await page.press(ROW, 'Grace Hopper');
    await write(page, 'It weaves already.');
    desktop.shot('second-account');
    assert.equal(accountFolders(desktop).length, 2);
  });

  test('signed out with the messages kept, they are back at once after signing in', async () => {
    await accountMenu(page, 'Sign out');
    await page.sees('will no longer receive messages');
    desktop.shot('sign-out');
    await page.press('dialog button, [role=dialog] button', 'Sign out');
    await page.press('button', 'Sign in');
    await page.fill('Password', PASSWORD);
    desktop.shot('sign-in-again');
    await page.press('button', 'Sign in');
    await page.press(ROW, 'Grace Hopper');
    await page.sees('It weaves already.');
    assert.equal(accountFolders(desktop).length, 2);
  });

  test('signed out with “erase”, nothing of the account stays on the computer', async () => {
    await accountMenu(page, 'Sign out');
    await page.press('label,[role=checkbox]', 'Erase the messages');
    await page.press('dialog button, [role=dialog] button', 'Sign out');
    await until('the folder to be gone', () => accountFolders(desktop).length === 1);
    // The other account is shown, untouched.
    await page.press(ROW, 'Ada Byron');
    await page.sees('Is the engine done?');
    desktop.shot('erased');
  });

  test('a second profile runs beside the first and talks to it', async () => {
    const beside = await desktop.launch(['--profile', 'bob']);
    await beside.sees('Where should the key be kept?');
    await beside.press('[role=radio],label,button', 'In a file');
    await beside.press('button', 'Keep it in a file');
    await signUpHere(beside, { name: 'Bob Keene', login: 'bob.keene' });
    await chatWith(beside, 'Grace Hopper');
    await write(beside, 'Hello from the other window');
    await until('the message in the first window', async () =>
      (await page.text()).includes('Hello from the other window'),
    );
    desktop.shot('second-profile');
    assert.equal(accountFolders(desktop, 'bob').length, 1);
    assert.equal(accountFolders(desktop).length, 1, 'the first profile has nothing of the second');
  });
});

describe('with a keychain', () => {
  const desktop = new Desktop('keychain');
  let page;

  before(() => desktop.open({ keychain: true }));
  after(() => desktop.close());

  test('the keychain keeps the key and nobody is asked', async () => {
    page = await desktop.launch();
    await page.sees('How do you want to start?');
    await signUpHere(page, { name: 'Ada Byron', login: 'ada.byron' });
    const keys = readFileSync(join(desktop.home, 'cubist', 'profiles', 'default', 'keys.json'), 'utf8');
    assert.match(keys, /keychain/i);
    assert.ok(!existsSync(join(desktop.home, 'cubist', 'profiles', 'default', 'cache.key')));
    await desktop.holdBackend();
    await desktop.quit();
    page = await desktop.launch();
    await page.sees('Robin Hale');
    desktop.shot('opened');
  });

  test('the dark and the high-contrast look', async () => {
    await page.press(ROW, 'Robin Hale');
    for (const [theme, name] of [
      ['Dark', 'dark'],
      ['Contrast', 'contrast'],
    ]) {
      await accountMenu(page, 'Settings');
      await page.press('nav button', 'Appearance');
      await page.sees('Text size');
      await page.press('[role=radio],label', theme);
      await until(`the theme ${name}`, () =>
        page.run(`(name) => document.documentElement.dataset.theme === name`, name),
      );
      desktop.shot(`settings-${name}`);
      await page.press('button', 'Back');
      await page.sees('Write me anything');
      desktop.shot(name);
    }
  });

  test('what is damaged on the disk is said, and can be erased to begin anew', async () => {
    await desktop.holdBackend();
    await desktop.quit();
    const [account] = accountFolders(desktop);
    const folder = join(desktop.home, 'cubist', 'profiles', 'default', 'accounts', account);
    writeFileSync(join(folder, 'cache.db'), Buffer.alloc(64 * 1024, 0x5a));
    page = await desktop.launch();
    await page.sees('Sign out, erase it here');
    desktop.shot('damaged');
    await accountMenu(page, 'Sign out');
    await page.press('label,[role=checkbox]', 'Erase the messages');
    desktop.shot('damaged-sign-out');
    await page.press('dialog button, [role=dialog] button', 'Sign out');
    await page.sees('How do you want to start?');
    assert.ok(!existsSync(folder));
  });
});
