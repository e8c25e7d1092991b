// From the first start to the chats: the three ways in, what is refused and how it is said.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const focused = (page) => page.evaluate(() => document.activeElement?.labels?.[0]?.textContent ?? null);

/** Calls that reached the backend. */
const calls = (page) => page.evaluate(() => window.fake.calls.filter(([name]) => name !== 'painted'));

/** What the backend answers from now on. */
async function refuse(page, method, error) {
  await page.evaluate(
    ([name, reason]) => {
      window.fake[name] = () => Promise.reject(reason);
    },
    [method, error],
  );
}

async function tryIt(page) {
  await page.getByRole('button', { name: /Try it on this computer/ }).click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
}

async function toCloudSignIn(page) {
  await page.getByRole('button', { name: /Sign in to ConnectyCube/ }).click();
  await page.getByLabel('Application id').fill('8214');
  await page.getByLabel('Authorization key').fill('an-authorization-key');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

describe('trying it on this computer', () => {
  it('takes a name, a login made from it and a password, and shows the chats', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    await page.getByLabel('Name').fill('Zoë Lindqvist');
    assert.equal(await page.getByLabel('Login').inputValue(), 'zoe.lindqvist');
    await page.getByLabel('Password', { exact: true }).fill('long enough');
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.deepEqual(await calls(page), [['signUp', 'local', 'zoe.lindqvist']]);
    await done();
  });

  it('leaves a login alone that was typed by hand', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    await page.getByLabel('Name').fill('Zoë');
    await page.getByLabel('Login').fill('z');
    await page.getByLabel('Name').fill('Zoë Lindqvist');
    assert.equal(await page.getByLabel('Login').inputValue(), 'z');
    await done();
  });

  it('says what is wrong with a field once it is left, not before', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    const password = page.getByLabel('Password', { exact: true });
    await password.fill('short');
    assert.equal(await page.getByText('Use at least 8 characters.').count(), 0);
    await password.blur();
    await page.getByText('Use at least 8 characters.').waitFor();
    assert.equal(await password.getAttribute('aria-invalid'), 'true');
    await password.fill('long enough');
    assert.equal(await password.getAttribute('aria-invalid'), 'false');
    await done();
  });

  it('puts the cursor into the first field that has to change', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    await page.getByLabel('Name').fill('Mira');
    await page.keyboard.press('Enter');
    await page.getByText('Choose a password.').waitFor();
    assert.equal(await focused(page), 'Password');
    await done();
  });

  it('shows what the server says about a field at that field, until it is changed', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    await refuse(page, 'signUp', {
      kind: 'validation',
      fields: [{ field: 'login', message: 'has already been taken' }],
    });
    await page.getByLabel('Name').fill('Mira');
    await page.getByLabel('Password', { exact: true }).fill('long enough');
    await page.keyboard.press('Enter');
    const sentence = page.getByText('This is already in use. Choose another, or sign in.');
    await sentence.waitFor();
    assert.equal(await focused(page), 'Login');
    await page.keyboard.type('2');
    assert.equal(await sentence.count(), 0);
    await done();
  });

  it('keeps the button in place and everything else still while the server starts', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    await page.evaluate(() => {
      window.fake.signUp = () => new Promise(() => undefined);
    });
    await page.getByLabel('Name').fill('Mira');
    await page.getByLabel('Password', { exact: true }).fill('long enough');
    const button = page.getByRole('button', { name: 'Start chatting' });
    const before = await button.boundingBox();
    await button.click();
    await page.getByText('Starting the small server on this computer').waitFor();
    assert.equal(await button.getAttribute('aria-busy'), 'true');
    assert.equal((await button.boundingBox()).width, before.width);
    assert.equal(await page.getByRole('button', { name: 'Back' }).isDisabled(), true);
    assert.equal(await page.getByLabel('Login').isDisabled(), true);
    await done();
  });

  it('shows a password on demand', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await tryIt(page);
    const password = page.getByLabel('Password', { exact: true });
    assert.equal(await password.getAttribute('type'), 'password');
    await page.getByRole('button', { name: 'Show password' }).click();
    assert.equal(await password.getAttribute('type'), 'text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    assert.equal(await password.getAttribute('type'), 'password');
    await done();
  });
});

describe('signing in to the cloud', () => {
  it('asks for the application first and names it below the form', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await toCloudSignIn(page);
    await page.getByText('application 8214').waitFor();
    await page.getByRole('button', { name: 'Change the endpoints' }).click();
    assert.equal(await page.getByLabel('Application id').inputValue(), '8214');
    await done();
  });

  it('remembers the application but never its key', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await toCloudSignIn(page);
    await page.getByLabel('Login', { exact: true }).last().fill('mira');
    await page.getByLabel('Password', { exact: true }).fill('secret words');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.match(kept, /8214/);
    assert.doesNotMatch(kept, /an-authorization-key|secret words/);
    await done();
  });

  it('does not go on without a number and a key', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await page.getByRole('button', { name: /Sign in to ConnectyCube/ }).click();
    await page.getByLabel('Application id').fill('eight');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('An application id is a number.').waitFor();
    await page.getByText('Enter the key of your application.').waitFor();
    assert.equal(await focused(page), 'Application id');
    await done();
  });

  it('changes between login, e-mail and token by arrow keys', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await toCloudSignIn(page);
    await page.getByRole('radio', { name: 'Login' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByLabel('E-mail address').waitFor();
    await page.keyboard.press('End');
    assert.equal(
      await page.getByRole('radio', { name: 'Session token' }).getAttribute('aria-checked'),
      'true',
    );
    assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0);
    await page.getByLabel('Session token', { exact: true }).last().fill('abc');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    assert.deepEqual(await calls(page), [['signIn', 'cloud', 'token']]);
    await done();
  });

  const REFUSALS = [
    [{ kind: 'credentials' }, 'Login and password do not fit.'],
    [{ kind: 'notFound' }, 'Nobody has this login here.'],
    [{ kind: 'forbidden' }, 'The server does not accept this application.'],
    [{ kind: 'offline' }, 'You are offline.'],
    [
      { kind: 'unreachable', host: 'api.connectycube.com' },
      'The server at api.connectycube.com does not answer.',
    ],
    [{ kind: 'certificate', host: 'api.connectycube.com' }, 'is not trusted on this computer'],
    [{ kind: 'rateLimited', retryAfterMs: 12_000 }, 'Wait 12 seconds and try again.'],
    [{ kind: 'server', status: 503, message: 'busy' }, 'The server answered with an error (503).'],
    [{ kind: 'storage', message: 'disk full' }, 'disk full. Check that the disk is not full'],
    [{ kind: 'internal', message: 'x' }, 'Cubist could not finish this.'],
  ];
  for (const [error, words] of REFUSALS) {
    it(`says in a sentence why it was refused: ${error.kind}`, async () => {
      const { page, done } = await browser.open('state=firstRun');
      await toCloudSignIn(page);
      await refuse(page, 'signIn', error);
      await page.getByLabel('Login', { exact: true }).last().fill('mira');
      await page.getByLabel('Password', { exact: true }).fill('secret words');
      await page.keyboard.press('Enter');
      assert.match(await page.getByRole('alert').innerText(), new RegExp(words.replace(/[.()]/g, '\\$&')));
      assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'secret words');
      await done();
    });
  }
});

describe('endpoints of one’s own', () => {
  async function fill(page, api, chat) {
    await page.getByRole('button', { name: /Advanced/ }).click();
    await page.getByLabel('API address').fill(api);
    await page.getByLabel('Chat address').fill(chat);
    await page.getByLabel('Application id').fill('21');
    await page.getByLabel('Authorization key').fill('key');
    await page.getByLabel('CA certificate file').fill('/tmp/ca.pem');
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  it('are refused where a password would travel in the clear', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await fill(page, 'http://api.example.com', 'ws://chat.example.com');
    assert.equal(await page.getByText('This would send your password unprotected.').count(), 2);
    await done();
  });

  it('lead to the sign-in form, which names the host', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await fill(page, 'https://api.example.com', 'xmpps://chat.example.com:5223');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('api.example.com').waitFor();
    await done();
  });

  it('are changed where they were typed when one turns out to be unusable', async () => {
    const { page, done } = await browser.open('state=firstRun');
    await fill(page, 'https://api.example.com', 'xmpps://chat.example.com:5223');
    await refuse(page, 'signIn', { kind: 'invalidInput', field: 'caCert' });
    await page.getByLabel('Login', { exact: true }).last().fill('mira');
    await page.getByLabel('Password', { exact: true }).fill('secret words');
    await page.keyboard.press('Enter');
    const sentence = page.getByText('This file cannot be read, or holds no PEM certificate.');
    await sentence.waitFor();
    await page.getByLabel('CA certificate file').fill('');
    assert.equal(await sentence.count(), 0);
    await done();
  });
});

describe('coming back', () => {
  it('offers the way back to the chats when another account is being added', async () => {
    const { page, done } = await browser.open('');
    await page
      .getByRole('button', { name: /Mira Lindqvist/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Add account' }).click();
    await page.getByRole('heading', { name: 'Which account do you want to add?' }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('list', { name: 'Chats' }).waitFor();
    await done();
  });

  it('fills in the login of the account that was signed out', async () => {
    const { page, done } = await browser.open('state=signedOut');
    await page.clock.runFor(3000);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.getByLabel('Login', { exact: true }).inputValue(), 'mira');
    assert.equal(await focused(page), 'Password');
    await done();
  });
});

describe('the theme menu at the foot', () => {
  it('is used by keyboard alone: arrow opens, a letter moves, Enter takes, focus returns', async () => {
    const { page, done } = await browser.open('state=firstRun&theme=light');
    const button = page.getByRole('button', { name: /^Theme/ });
    await button.focus();
    await page.keyboard.press('ArrowDown');
    const taken = page.getByRole('menuitemradio', { name: 'Light theme' });
    await taken.waitFor();
    assert.equal(await taken.evaluate((node) => node === document.activeElement), true);
    await page.keyboard.press('d');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.equal(await page.getByRole('menu').count(), 0);
    assert.equal(await button.evaluate((node) => node === document.activeElement), true);
    await done();
  });

  it('closes by Escape and by a press elsewhere without a choice', async () => {
    const { page, done } = await browser.open('state=firstRun&theme=light');
    const button = page.getByRole('button', { name: /^Theme/ });
    await button.click();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('menu').count(), 0);
    await button.click();
    await page.getByRole('heading', { name: 'How do you want to start?' }).click();
    assert.equal(await page.getByRole('menu').count(), 0);
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
    await done();
  });
});

const STEPS = [
  ['the three choices', async () => undefined],
  ['the form of this computer', tryIt],
  [
    'its errors',
    async (page) => {
      await tryIt(page);
      await page.keyboard.press('Enter');
      await page.getByText('Choose a login.').waitFor();
    },
  ],
  ['the application', async (page) => page.getByRole('button', { name: /Sign in to ConnectyCube/ }).click()],
  ['the sign-in form', toCloudSignIn],
  ['the endpoints', async (page) => page.getByRole('button', { name: /Advanced/ }).click()],
  [
    'the theme menu',
    async (page) => {
      await page.getByRole('button', { name: /^Theme/ }).click();
      await page.getByRole('menu').waitFor();
    },
  ],
];

for (const theme of ['light', 'dark', 'contrast']) {
  describe(`the first run passes the accessibility checks in ${theme}`, () => {
    for (const [name, go] of STEPS) {
      it(name, async () => {
        const { page, done } = await browser.open(`state=firstRun&theme=${theme}`);
        await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
        await go(page);
        await settle(page);
        assert.deepEqual(await violations(page), []);
        await done();
      });
    }
  });
}

describe('a narrow window', () => {
  for (const width of [380, 700]) {
    it(`of ${width} px shows every choice without scrolling sideways`, async () => {
      const { page, done } = await browser.open('state=firstRun&scale=1.4', { width, height: 640 });
      const last = page.getByRole('button', { name: /Advanced/ });
      await last.scrollIntoViewIfNeeded();
      const box = await last.boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
      assert.equal(
        await page.evaluate(
          () => document.querySelector('main').scrollWidth > document.querySelector('main').clientWidth,
        ),
        false,
      );
      await done();
    });
  }
});
