// The lock and the keys in the real window: a recovery code, locking by key, with the screen and after a time, wrong
// entries that slow down, and a keychain that was lost without the messages being lost with it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desktop, until } from './desktop.mjs';
import { signUpHere } from './entrance.mjs';

const PASSPHRASE = 'four words are enough';
const ENTER = '\uE007';
const CONTROL = '\uE009';

describe('lock and keys', () => {
  const desktop = new Desktop('lock');
  const folder = join(desktop.home, 'cubist', 'profiles', 'default');
  let page;
  let code;

  before(() => desktop.open({ keychain: true }));
  after(() => desktop.close());

  function slots() {
    return JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')).slots.map(({ guard }) => guard.kind);
  }

  /** Opens the page of the settings, however the window stands. */
  async function settings() {
    await page.click(await page.element('button:has([aria-label$="accounts and settings"])'));
    await page.press('[role=menuitem]', 'Settings');
    await page.press('nav button', 'Lock and keys');
    await page.sees('What opens your messages');
  }

  async function locked() {
    await page.sees('Your messages are locked');
    assert.ok(!(await page.text()).includes('Robin Hale'), 'nothing is shown while it is locked');
  }

  async function enter(css, text) {
    const field = await page.element(css);
    await page.call('POST', `/element/${field}/clear`, {});
    await page.keys(field, `${text}${ENTER}`);
  }

  test('a recovery code is made and shown once', async () => {
    page = await desktop.launch();
    await signUpHere(page);
    await settings();
    await page.sees('There is only one way to open your messages.');
    desktop.shot('one-way');
    await page.press('button', 'Make one: Recovery code');
    await page.press('dialog[open] footer button', 'Make the code');
    await page.sees('It is shown this once only.');
    code = await page.run(`() => document.querySelector('dialog[open] code').innerText.replace(/\\s+/g, '')`);
    assert.match(code.replaceAll('-', ''), /^[0-9A-HJKMNP-TV-Z]{32}$/);
    desktop.shot('code');
    await page.press('dialog[open] button', 'I have it on paper');
    await until('the slot of the code', () => slots().includes('recovery_code'));
    await until('the warning to go', async () => !(await page.text()).includes('only one way'));
  });

  test('the lock wants a passphrase, and takes the keychain away', async () => {
    await page.press('[role=switch]', 'Ask for the passphrase');
    await page.fill('Passphrase', PASSPHRASE);
    await page.fill('Passphrase again', PASSPHRASE);
    desktop.shot('turn-on');
    await page.press('dialog[open] button', 'Turn on the lock');
    await page.sees('Lock with the screen');
    assert.deepEqual(slots().toSorted(), ['passphrase', 'recovery_code']);
    desktop.shot('page');
  });

  test('locked by key, the words that were being written are there after unlocking', async () => {
    await page.press('button', 'Back');
    await page.press('[data-dialog]', 'Robin Hale');
    const field = await page.element('.composer textarea');
    await page.click(field);
    await page.keys(field, 'Half a sen');
    await page.keys(field, `${CONTROL}l`);
    await locked();
    desktop.shot('locked');
    await enter('input[type=password]', PASSPHRASE);
    await page.sees('Write me anything');
    await until('the words', async () =>
      page.run(`() => document.querySelector('.composer textarea')?.value === 'Half a sen'`),
    );
  });

  test('it locks with the screen', async () => {
    desktop.lockScreen();
    await locked();
  });

  test('wrong entries slow down, the recovery code opens as well', async () => {
    // The waits grow with each entry, so that one of them is seen on the slowest machine.
    await until('a wait', async () => {
      await enter('input[type=password]', 'three words fail');
      const said = await until('an answer', async () =>
        page.run(`() => document.querySelector('form [role=alert], form [role=timer]')?.innerText`),
      );
      return said.includes('Too many wrong entries.');
    });
    desktop.shot('slow');
    await page.press('button', 'Use the recovery code');
    await until('the code to be listened to', async () => {
      const text = await page.text();
      if (text.includes('Robin Hale')) return true;
      const waits = text.includes('Too many wrong entries.');
      if (text.includes('Your messages are locked') && !waits) await enter('.box input', code.toLowerCase());
      return false;
    });
  });

  test('it locks after nobody touched it for the time', async () => {
    await desktop.holdBackend();
    await desktop.quit();
    const file = join(folder, 'settings.json');
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...kept, lockAfterS: 30 }));
    page = await desktop.launch();
    await locked();
    await enter('input[type=password]', PASSPHRASE);
    await page.sees('Robin Hale');
    await until('the lock', async () => (await page.text()).includes('Your messages are locked'), 60_000);
    await locked();
  });

  test('without the lock it opens by itself, and a lost keychain loses nothing', async () => {
    await enter('input[type=password]', PASSPHRASE);
    await page.sees('Robin Hale');
    await settings();
    await page.press('[role=switch]', 'Ask for the passphrase');
    await page.fill('Passphrase', PASSPHRASE);
    desktop.shot('turn-off');
    await page.press('dialog[open] button', 'Turn off the lock');
    await until('the keychain to be a way in', () => slots().includes('keychain'));
    await page.sees('Keychain of this computer');
    await desktop.quit();

    desktop.kill(desktop.keychain);
    await once(desktop.keychain, 'exit');
    rmSync(join(desktop.env.XDG_DATA_HOME, 'keyrings'), { recursive: true });
    desktop.startKeychain();
    page = await desktop.launch();
    await locked();
    desktop.shot('lost-keychain');
    await page.press('button', 'Use the recovery code');
    const keys = () => readFileSync(join(folder, 'keys.json'), 'utf8');
    const before = keys();
    await enter('.box input', code);
    await page.sees('Robin Hale');
    // The app that ends in the middle of it would ask for the code once more.
    await until('the keychain to be mended', () => keys() !== before);
    await desktop.quit();
    page = await desktop.launch();
    await page.sees('Robin Hale');
  });
});
