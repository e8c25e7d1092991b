// An organisation's own app: its name and colour on the first screen, what it switched off gone, a file that was refused.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

describe('the app of an organisation', () => {
  it('offers its server first, in its colours, and signs in without an address being typed', async () => {
    const { page, done } = await browser.open('state=firstRun&organisation=taken');
    const first = page.getByRole('listitem').first();
    await first.getByText('Sign in to Alpine Huts').waitFor();
    await settle(page);
    await shot(page, 'organisation-first-run');
    assert.deepEqual(await violations(page), []);
    const accent = await page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue('--accent').trim(),
    );
    assert.equal(accent, '#8a3b12');
    await first.getByRole('button').click();
    await page.getByLabel('Login', { exact: true }).fill('mira');
    await page.getByLabel('Password', { exact: true }).fill('a long password');
    await page.getByText('Alpine Huts').waitFor();
    await settle(page);
    await shot(page, 'organisation-sign-in');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page
      .getByRole('button', { name: /accounts and settings|Mira/ })
      .first()
      .waitFor();
    const [[kind]] = await callsOf(page, 'signIn');
    assert.equal(kind, 'organisation');
    await done();
  });

  it('has colours that can be read in the dark, too, and none of its own in high contrast', async () => {
    for (const theme of ['light', 'dark', 'contrast']) {
      const { page, done } = await browser.open(`organisation=taken&open=jonas&theme=${theme}`);
      await page.getByRole('textbox', { name: /^Message to/ }).waitFor();
      await settle(page);
      await shot(page, `organisation-${theme}`);
      assert.deepEqual(await violations(page), [], theme);
      await done();
    }
  });

  it('shows nothing of what it switched off', async () => {
    const { page, done } = await browser.open('state=firstRun&organisation=strict');
    await page.getByText('Sign in to Alpine Huts').waitFor();
    assert.equal(await page.getByRole('listitem').count(), 1);
    await page.getByRole('listitem').getByRole('button').click();
    await page.getByLabel('Login', { exact: true }).waitFor();
    assert.equal(await page.getByText('Create').count(), 0);
    await done();

    const inside = await browser.open('organisation=strict&open=jonas');
    await inside.page.getByRole('textbox', { name: /^Message to/ }).waitFor();
    assert.equal(await inside.page.getByRole('button', { name: /[Vv]oice/ }).count(), 0);
    await inside.page
      .getByRole('button', { name: /Jonas Weber/ })
      .first()
      .click({ button: 'right' });
    await inside.page.getByRole('menuitem', { name: /Clear/ }).waitFor();
    assert.equal(await inside.page.getByRole('menuitem', { name: /Export/ }).count(), 0);
    await inside.page.keyboard.press('Escape');
    await openSettings(inside.page, 'Privacy');
    assert.equal(await inside.page.getByRole('switch', { name: /preview/i }).count(), 0);
    assert.equal(await inside.page.getByRole('button', { name: 'Small server' }).count(), 0);
    await inside.done();
  });

  it('says which line of a file cannot be used', async () => {
    const { page, done } = await browser.open('state=firstRun&organisation=refused');
    await page.getByText(/cubist\.toml cannot be used\. Line 7: unknown field/).waitFor();
    await settle(page);
    await shot(page, 'organisation-refused');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: /Use an organisation’s file/ }).click();
    await page.getByText('Sign in to Alpine Huts').waitFor();
    await done();
  });

  it('can be taken and forgotten in the settings', async () => {
    const { page, done } = await browser.open('');
    await openSettings(page, 'About');
    await page.getByRole('button', { name: /Use an organisation’s file/ }).click();
    await page.getByRole('main').getByText('Alpine Huts').waitFor();
    await settle(page);
    await shot(page, 'organisation-about');
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('main').getByText('Alpine Huts').waitFor({ state: 'detached' });
    await done();
  });
});
