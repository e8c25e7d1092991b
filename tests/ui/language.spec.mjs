// The language of the window: the system's at first, another at a press, everything at once and for good.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { openSettings } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const documentOf = (page) =>
  page.evaluate(() => {
    const { lang, dir } = document.documentElement;
    return { lang, dir };
  });

test('the window speaks the language of the system, and English where it knows none', async () => {
  const german = await browser.open('', { locale: 'de-AT' });
  await german.page.getByRole('searchbox', { name: 'Chats nach Namen suchen' }).waitFor();
  assert.deepEqual(await documentOf(german.page), { lang: 'de-AT', dir: 'ltr' });
  await german.done();

  const finnish = await browser.open('', { locale: 'fi-FI' });
  await finnish.page.getByRole('searchbox', { name: 'Search chats by name' }).waitFor();
  assert.deepEqual(await documentOf(finnish.page), { lang: 'en', dir: 'ltr' });
  await finnish.done();
});

test('another language is there at once, without losing the place, and is remembered', async () => {
  const { page, done } = await browser.open('', { locale: 'en-GB' });
  await openSettings(page, 'Language');
  const system = page.getByRole('radio', { name: 'As the system' });
  assert.ok(await system.isChecked());
  assert.deepEqual(await violations(page), []);

  await page.getByRole('radio', { name: 'Deutsch' }).check({ force: true });
  await page.getByRole('heading', { name: 'Sprache', level: 2 }).waitFor();
  // The pages of the settings beside it, too, and the dates of the region that the system has.
  await page.getByRole('button', { name: 'Aussehen' }).waitFor();
  await page.getByText('Freitag, 20. November 2026').waitFor();
  assert.deepEqual(await documentOf(page), { lang: 'de-GB', dir: 'ltr' });
  assert.ok(await page.getByRole('radio', { name: 'Deutsch' }).isChecked());
  await page.waitForFunction(() => window.fake.settings.language === 'de');

  await page.getByRole('button', { name: 'Zurück' }).click();
  await page.getByText('Entwurf:').first().waitFor();
  // What the window was told before the settings arrive: the first frame of the next start.
  assert.equal(await page.evaluate(() => localStorage.getItem('cubist.language')), 'de');
  await done();
});

test('back to the system is back to its language', async () => {
  const { page, done } = await browser.open('language=de', { locale: 'en-GB' });
  await page.getByRole('button', { name: 'Neuer Chat' }).first().waitFor();
  await page
    .getByRole('button', { name: /Mira Lindqvist/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Einstellungen' }).click();
  await page.getByRole('button', { name: 'Sprache', exact: true }).click();
  await page.getByRole('radio', { name: 'Wie das System' }).check({ force: true });
  await page.getByRole('heading', { name: 'Language', level: 2 }).waitFor();
  await page.waitForFunction(() => window.fake.settings.language === null);
  assert.equal(await page.evaluate(() => localStorage.getItem('cubist.language')), null);
  await done();
});

test('the first screen can be read before there is an account', async () => {
  const { page, done } = await browser.open('state=firstRun', { locale: 'en-GB' });
  await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
  await page.getByRole('button', { name: /^Language/ }).click();
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Wie möchtest du beginnen?' }).waitFor();
  await page.getByRole('button', { name: /Auf diesem Computer ausprobieren/ }).waitFor();
  await settle(page);
  assert.deepEqual(await violations(page), []);
  await done();
});
