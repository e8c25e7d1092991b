// Links and emoji: addresses are told honestly, pages show what they are, and ":smile:" becomes one.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });

const HUTS = 'https://alpine-huts.example/winter-rules';
const field = (page) => page.getByRole('textbox', { name: /^Message to/ });
const row = (page, name) => page.getByRole('listitem', { name });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

async function open(slug, options) {
  const opened = await browser.open(`open=${slug}`, options);
  await field(opened.page).waitFor();
  return opened;
}

async function choose(page, at, item) {
  await at.click({ button: 'right' });
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

describe('the preview of a link', () => {
  it('shows picture, host, title and words in the bubble, and opens the link', async () => {
    const { page, done } = await open('jonas');
    const card = row(page, /Have you seen this one/).locator('a.card');
    assert.match(
      await card.innerText(),
      /alpine-huts\.example\s+Winter rules for small huts\s+Ten people per booking/,
    );
    assert.equal(await card.getAttribute('title'), HUTS);
    await page.waitForFunction(() => document.querySelector('a.card img')?.naturalWidth > 0);
    await settle(page);
    await shot(page, 'links-preview');
    await card.click();
    assert.deepEqual(await callsOf(page, 'openLink'), [[HUTS]]);
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it('counts only for a link that the text has, and shows what it is', async () => {
    const { page, done } = await open('jonas');
    await page.evaluate(() => {
      const { world } = window.fake;
      const preview = (url) => ({
        url,
        title: 'Your bank',
        description: '',
        site: 'bank.example',
        picture: null,
      });
      const dialog = world.bySlug.get('jonas');
      window.fake.add(
        dialog,
        world.dialogs.get(dialog).opponentId,
        'Look: https://thief.example/',
        undefined,
        {
          preview: preview('https://thief.example/'),
        },
      );
      window.fake.add(
        dialog,
        world.dialogs.get(dialog).opponentId,
        'Look: https://bank.example/',
        undefined,
        {
          preview: preview('https://thief.example/'),
        },
      );
    });
    const card = row(page, /thief\.example/).locator('a.card');
    assert.match((await card.innerText()).trim(), /^thief\.example\s+Your bank$/);
    await row(page, /Look: https:\/\/bank\.example/).waitFor();
    assert.equal(
      await row(page, /Look: https:\/\/bank\.example/)
        .locator('a.card')
        .count(),
      0,
    );
    await done();
  });

  it('appears while the link is written, goes along, and can be left out', async () => {
    const { page, done } = await open('jonas');
    await field(page).fill(`Read ${HUTS}`);
    const strip = page.getByRole('group', { name: 'Preview of alpine-huts.example' });
    await strip.getByText('Winter rules for small huts').waitFor();
    await settle(page);
    await shot(page, 'links-composer');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Enter');
    await row(page, /^.*Read https/)
      .locator('a.card')
      .waitFor();

    await field(page).fill(`Again ${HUTS}`);
    await strip.getByRole('button', { name: 'Send without the preview' }).click();
    await strip.waitFor({ state: 'detached' });
    assert.equal(await field(page).evaluate((node) => node === document.activeElement), true);
    await page.keyboard.press('Enter');
    await row(page, /Again/).waitFor();
    assert.equal(await row(page, /Again/).locator('a.card').count(), 0);
    assert.deepEqual(
      (await callsOf(page, 'sendMessage')).map(([, , { previewOf }]) => previewOf),
      [HUTS, null],
    );
    await done();
  });

  it('holds nothing up, and asks nobody once it is switched off', async () => {
    const { page, done } = await open('jonas');
    await field(page).fill(`Quick ${HUTS}`);
    await page.keyboard.press('Enter');
    await row(page, /Quick/).waitFor();
    await openSettings(page, 'Privacy');
    await page.getByRole('switch', { name: 'Previews of links' }).click();
    await shot(page, 'links-setting');
    await page.keyboard.press('Escape');
    await field(page).fill(`Later ${HUTS} `);
    await page.clock.runFor(2000);
    await page.keyboard.press('Enter');
    await row(page, /Later/).waitFor();
    assert.deepEqual(await callsOf(page, 'linkPreview'), []);
    await done();
  });
});

describe('a link', () => {
  it('that looks like another one is shown as it is, with the full address on it', async () => {
    const { page, done } = await open('jonas');
    await field(page).fill('https://\u0430\u0440\u0440\u04cf\u0435.com/id and https://user:pw@a.example/');
    await page.keyboard.press('Enter');
    const link = row(page, /xn--80ak6aa92e/).getByRole('link');
    assert.equal(await link.innerText(), 'https://xn--80ak6aa92e.com/id');
    assert.equal(await link.getAttribute('title'), 'https://xn--80ak6aa92e.com/id');
    assert.equal(await link.count(), 1);
    await done();
  });

  it('is copied from the menu, and so is one that leads to the message', async () => {
    const { page, done } = await open('jonas');
    const bubble = row(page, /Have you seen this one/).locator('.bubble');
    await choose(page, bubble.getByRole('link').first(), 'Copy link');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), HUTS);
    await bubble.locator('.meta').click({ button: 'right' });
    assert.equal(await page.getByRole('menuitem', { name: 'Copy link', exact: true }).count(), 0);
    await page.getByRole('menuitem', { name: 'Copy link to message' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /^cubist:message\/[0-9a-f]{24}$/);

    // From another chat it leads back to here.
    await page
      .getByRole('button', { name: /Tomás Rivera/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Tomás Rivera' }).waitFor();
    await field(page).fill(`see ${link}`);
    await page.keyboard.press('Enter');
    await row(page, /see cubist/)
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: 'Jonas Weber' }).waitFor();
    await page.waitForFunction(() =>
      /Have you seen this one/.test(document.activeElement?.getAttribute('aria-label') ?? ''),
    );
    await field(page).fill('cubist:message/0123456789abcdef01234567');
    await page.keyboard.press('Enter');
    await row(page, /cubist:message/)
      .getByRole('link')
      .click();
    await page.getByText('The message of this link is not in your chats.').first().waitFor();
    await done();
  });
});

describe('a block of code', () => {
  it('is copied by its own button', async () => {
    const { page, done } = await browser.open('state=full&open=full');
    const block = row(page, /Pin the toolchain/).locator('.block');
    await block.hover();
    await block.getByRole('button', { name: 'Copy code' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'rustup override set stable');
    await shot(page, 'links-code');
    await done();
  });
});

describe('an emoji', () => {
  it('is completed from its name by keys, by a press, and by its second colon', async () => {
    const { page, done } = await open('tomas');
    await field(page).focus();
    await page.keyboard.type('well :tad');
    const list = page.getByRole('listbox', { name: 'Emoji' });
    await list.getByRole('option', { name: ':tada:' }).waitFor();
    await shot(page, 'links-emoji');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.value === 'well 🎉 ');
    await page.keyboard.type('and :smile:');
    await page.waitForFunction(() => document.activeElement.value === 'well 🎉 and 😄');
    await page.keyboard.type(' :hear');
    await list.getByRole('option').nth(1).click();
    await list.waitFor({ state: 'detached' });
    assert.match(await field(page).inputValue(), /^well 🎉 and 😄 \P{ASCII}+ $/u);
    await page.keyboard.type('at 7:30');
    assert.equal(await list.count(), 0);
    await done();
  });

  it('has the skin that was chosen last', async () => {
    const { page, done } = await open('tomas');
    await page.getByRole('button', { name: 'Emoji' }).click();
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    await picker.getByRole('option').first().waitFor();
    await picker.getByRole('radio', { name: 'Medium', exact: true }).check();
    await shot(page, 'links-skins');
    assert.deepEqual(await violations(page), []);
    await picker.getByRole('combobox').fill('waving hand');
    await picker.getByRole('option', { name: 'waving hand' }).click();
    await page.waitForFunction(() => document.querySelector('textarea').value === '👋🏽');
    await field(page).focus();
    await page.keyboard.type(':+1:');
    await page.waitForFunction(() => document.activeElement.value === '👋🏽👍🏽');
    await done();
  });
});
