// What can be set, that it shows at once and is written, and the way out of an account.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { openSettings as open, refuse } from './support/settings.mjs';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();

const calls = (page) => page.evaluate(() => window.fake.calls.filter(([name]) => name !== 'painted'));

async function openSettings(query = '', options = {}) {
  const window = await browser.open(query, options);
  await open(window.page, options.section ?? 'Appearance');
  return window;
}

/** What the engine was given to keep. */
async function kept(page) {
  await page.clock.runFor(1000);
  return page.evaluate(async () => (await window.fake.bootstrap()).settings);
}

describe('settings', () => {
  it('change the theme at once and keep it', async () => {
    const { page, done } = await openSettings('theme=light');
    await page.getByText('Dark', { exact: true }).click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.equal((await kept(page)).theme, 'dark');
    await done();
  });

  it('move the text size in its steps', async () => {
    const { page, done } = await openSettings();
    const slider = page.getByRole('slider', { name: 'Text size' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await slider.getAttribute('aria-valuetext'), '113%');
    assert.equal((await kept(page)).textScale, 1.13);
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '18.08px');
    await page.keyboard.press('End');
    assert.equal((await kept(page)).textScale, 1.4);
    await done();
  });

  it('say what Enter and Shift+Enter do', async () => {
    const { page, done } = await openSettings();
    await page.getByRole('button', { name: 'Keyboard' }).click();
    await page.getByText('Shift+Enter begins a new line').waitFor();
    await page.getByRole('radio', { name: 'New line' }).click();
    await page.getByText('Shift+Enter sends the message').waitFor();
    assert.equal((await kept(page)).sendWithEnter, false);
    await done();
  });

  it('let the small server stay', async () => {
    const { page, done } = await openSettings();
    await page.getByRole('button', { name: 'Small server' }).click();
    const stay = page.getByRole('switch', { name: 'Keep it running' });
    assert.equal(await stay.getAttribute('aria-checked'), 'false');
    await stay.click();
    assert.equal(await stay.getAttribute('aria-checked'), 'true');
    assert.equal((await kept(page)).keepLocalBackend, true);
    await done();
  });

  it('name version and profile', async () => {
    const { page, done } = await openSettings();
    await page.getByRole('button', { name: 'About' }).click();
    await page.getByText('0.1.0').waitFor();
    await page.getByText('default').waitFor();
    await done();
  });

  it('give the chats back by Escape and by the arrow', async () => {
    const { page, done } = await openSettings();
    await page.keyboard.press('Escape');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page
      .getByRole('button', { name: /Mira Lindqvist/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('begin with their list in a narrow window, and a page goes back to it', async () => {
    const { page, done } = await openSettings('', { width: 400 });
    await page.getByRole('radio', { name: 'Dark' }).waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('navigation').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Appearance');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Appearance');
    await page.getByRole('button', { name: 'Keyboard' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('say after which time without a look one is away', async () => {
    const { page, done } = await openSettings('', { section: 'Away' });
    await page.getByRole('button', { name: 'Away after: 5 minutes' }).click();
    await page.getByRole('menuitemradio', { name: '30 seconds' }).click();
    await page.getByRole('button', { name: 'Away after: 30 seconds' }).waitFor();
    assert.equal((await kept(page)).inactiveAfterS, 30);
    await done();
  });

  it('close no page by the Escape that closes a sheet or a menu over it', async () => {
    const { page, done } = await openSettings('', { section: 'Away' });
    await page.getByRole('button', { name: 'Away after: 5 minutes' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Away', level: 2 }).waitFor();
    await done();
  });
});

describe('diagnostics', () => {
  it('measure the answer of the server', async () => {
    const { page, done } = await openSettings('', { section: 'Diagnostics' });
    await page.locator('dd').getByText('Connected', { exact: true }).waitFor();
    await page.getByText('Not asked yet').waitFor();
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('Answered in 38 ms, at 10:45').waitFor();
    await done();
  });

  it('say why no answer came, and try the connection again', async () => {
    const { page, done } = await openSettings('state=offline', { section: 'Diagnostics' });
    await page.getByText('3', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.clock.runFor(1000);
    await page.locator('dd').getByText('Connected', { exact: true }).waitFor();
    await refuse(page, 'ping', { kind: 'unreachable', host: 'chat.example.com' });
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByText('The server did not answer in time.').waitFor();
    await done();
  });

  it('say how the connection went and what was noted', async () => {
    const { page, done } = await openSettings('', { section: 'Diagnostics' });
    const history = page.getByRole('log', { name: 'How the connection went' });
    await history.getByText('Offline').waitFor();
    assert.equal(await history.getByText('Connected', { exact: true }).count(), 2);
    await page.getByRole('log', { name: 'Log' }).getByText('the line is lost').waitFor();
    await page.getByText('Files kept on this computer').waitFor();
    await done();
  });

  it('are copied as a whole, without names or addresses', async () => {
    const { page, done } = await openSettings('', { section: 'Diagnostics' });
    await page.getByRole('button', { name: 'Copy report' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(text, /^Connection: Connected\nServer: 127\.0\.0\.1 · 21\n/);
    assert.match(text, /\nVersion: 0\.1\.0\nSystem: Debian 12\.5\.0 \[64-bit\]\n/);
    // It goes to strangers: the number of the account is enough for them to find it.
    assert.doesNotMatch(text, /mira|@/iu);
    assert.match(text, /\nHow the connection went\n2026-11-20T\S+ Connected\n/);
    assert.match(text, /\nLog\n2026-11-20T\S+ WARN cubist_client::connection the line is lost/);
    await done();
  });
});

describe('several accounts', () => {
  it('stand in the menu with where they are, and the other one is shown when it is chosen', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await page.evaluate(async () => {
      const { accounts } = await window.fake.bootstrap();
      const second = {
        ...accounts[0],
        id: '00000000000000b2',
        userId: 77,
        name: 'Mira at work',
        login: 'm.lindqvist',
        origin: 'cloud',
        server: 'api.connectycube.com, application 8214',
      };
      window.fake.emit({ type: 'accountsChanged', payload: { accounts: [...accounts, second] } });
    });
    await page
      .getByRole('button', { name: /^Mira Lindqvist/ })
      .first()
      .click();
    const first = page.getByRole('menuitemradio', { name: /Mira Lindqvist.*This computer/ });
    assert.equal(await first.getAttribute('aria-checked'), 'true');
    await page.getByRole('menuitemradio', { name: /Mira at work.*application 8214/ }).click();
    await page.getByRole('button', { name: /^Mira at work/ }).waitFor();
    assert.equal(await page.getByRole('menu').count(), 0);
    await done();
  });
});

describe('signing out', () => {
  async function ask(page) {
    await page.getByRole('button', { name: /accounts and settings/i }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: 'Sign out?' }).waitFor();
  }

  it('keeps the messages unless told otherwise, and begins anew', async () => {
    const { page, done } = await openSettings();
    await ask(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
    assert.deepEqual(await calls(page), [['signOut', '00000000000000a1', false]]);
    await done();
  });

  it('says what would be lost before it erases', async () => {
    const { page, done } = await openSettings('state=offline');
    await ask(page);
    assert.equal(await page.getByText('3 messages were not sent yet.').count(), 0);
    await page.getByText('Erase the messages from this computer').click();
    await page.getByText('3 messages were not sent yet. Erased, they are lost.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
    assert.deepEqual(await calls(page), [['signOut', '00000000000000a1', true]]);
    await done();
  });

  it('stays and says why when it did not work', async () => {
    const { page, done } = await openSettings();
    await page.evaluate(() => {
      window.fake.signOut = () => Promise.reject({ kind: 'storage', message: 'read-only disk' });
    });
    await ask(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('alert').getByText('read-only disk').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await done();
  });
});

for (const theme of ['light', 'dark', 'contrast']) {
  it(`every section passes the accessibility checks in ${theme}`, async () => {
    const { page, done } = await openSettings(`theme=${theme}`);
    for (const name of ['Appearance', 'Away', 'Keyboard', 'Small server', 'Diagnostics', 'About']) {
      await page.getByRole('button', { name, exact: true }).click();
      assert.deepEqual(await violations(page), [], name);
    }
    await page.getByRole('button', { name: /accounts and settings/i }).click();
    assert.deepEqual(await violations(page), [], 'the account menu');
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), [], 'signing out');
    await done();
  });
}
