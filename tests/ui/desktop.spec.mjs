// What makes it a program of the desktop, as far as the page has a part in it: the settings of notifications and tray,
// the words the desktop speaks, and the way in from outside.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, openSettings, refuse } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();
const shots = new URL('../../test-output/ui/', import.meta.url);
mkdirSync(shots, { recursive: true });
const shot = (page, name) => page.screenshot({ path: new URL(`${name}.png`, shots).pathname });

async function open(section, options) {
  const window = await browser.open('', options);
  await openSettings(window.page, section);
  return window;
}

/** What the engine was given to keep. */
async function kept(page) {
  await page.clock.runFor(1000);
  return page.evaluate(async () => (await window.fake.bootstrap()).settings);
}

async function choose(page, button, item) {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('menuitemradio', { name: item, exact: true }).click();
}

describe('the account that is not shown', () => {
  it('marks the account menu while something is unread in it, and says how much', async () => {
    const { page, done } = await browser.open('accounts=2');
    const button = page.getByRole('button', { name: /Mira Lindqvist: accounts and settings/ });
    const dot = button.getByRole('img', { name: 'Unread messages in another account' });
    await dot.waitFor();
    await button.click();
    await page.getByRole('menuitemradio', { name: /Mira at work.*3 unread messages/ }).waitFor();
    assert.deepEqual(await violations(page), []);
    await settle(page);
    await shot(page, 'desktop-other-account');
    await page.keyboard.press('Escape');
    await page.evaluate(() => {
      const unread = window.fake.unread.map((each) => ({ ...each, messages: 0, dialogs: 0 }));
      window.fake.emit({ type: 'unreadChanged', payload: { unread } });
    });
    await dot.waitFor({ state: 'detached' });
    await done();
  });

  it('has no mark of its own once it is shown', async () => {
    const { page, done } = await browser.open('accounts=2');
    await page.getByRole('button', { name: /Mira Lindqvist: accounts and settings/ }).click();
    await page.getByRole('menuitemradio', { name: /Mira at work/ }).click();
    const button = page.getByRole('button', { name: /Mira at work: accounts and settings/ });
    await button.waitFor();
    assert.equal(await button.getByRole('img', { name: /Unread/ }).count(), 0);
    await done();
  });
});

describe('the settings of notifications', () => {
  it('say what is told, how much of it and with which sound', async () => {
    const { page, done } = await open('Notifications');
    await choose(page, 'Notify about: All messages', 'Private chats and mentions');
    await choose(page, 'Show: Name and text', 'Name only');
    await choose(page, 'Sound: Message', 'None');
    await page.getByRole('button', { name: 'Sound: None' }).waitFor();
    assert.deepEqual((await kept(page)).notifications, {
      about: 'personal',
      shows: 'sender',
      sound: 'off',
      quietHours: null,
    });
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it('have quiet hours, which are written as they are typed', async () => {
    const { page, done } = await open('Notifications');
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await page.getByLabel('Quiet hours begin').fill('21:30');
    await settle(page);
    await shot(page, 'desktop-notifications');
    assert.deepEqual((await kept(page)).notifications.quietHours, { from: 21 * 60 + 30, to: 7 * 60 });
    await page.getByLabel('Quiet hours end').fill('');
    assert.equal(await page.getByLabel('Quiet hours end').inputValue(), '07:00');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    assert.equal((await kept(page)).notifications.quietHours, null);
    await done();
  });

  it('pause them for a while, and follow what the tray says of it', async () => {
    const { page, done } = await open('Notifications');
    await choose(page, 'Do not disturb: Off', 'For an hour');
    await page.getByRole('button', { name: /Do not disturb: Until \d/ }).waitFor();
    const now = await page.evaluate(() => Date.now());
    const [[until]] = await callsOf(page, 'setQuiet');
    assert.ok(until > now + 3_500_000 && until <= now + 3_600_000);
    // Saved by the page or not, the time is the shell's.
    await choose(page, 'Sound: Message', 'Bell');
    assert.equal((await kept(page)).quietUntil, until);
    await page.evaluate(() => window.fake.setQuiet(null));
    await page.getByRole('button', { name: 'Do not disturb: Off' }).waitFor();
    await choose(page, 'Do not disturb: Off', 'Until I turn it off');
    await page.getByRole('button', { name: 'Do not disturb: Until I turn it off' }).waitFor();
    await done();
  });

  it('know by themselves when the pause is over', async () => {
    const { page, done } = await open('Notifications');
    await choose(page, 'Do not disturb: Off', 'For an hour');
    await page.getByRole('button', { name: /Do not disturb: Until \d/ }).waitFor();
    await page.clock.runFor(3_660_000);
    await page.getByRole('button', { name: 'Do not disturb: Off' }).waitFor();
    await done();
  });
});

describe('the settings of the desktop', () => {
  it('offer the tray and what closing means, and starting with the computer', async () => {
    const { page, done } = await open('Desktop');
    const tray = page.getByRole('switch', { name: 'Icon in the tray' });
    const close = page.getByRole('switch', { name: 'Closing keeps it running' });
    await close.click();
    await page.getByRole('switch', { name: 'Start with the computer' }).click();
    await settle(page);
    await shot(page, 'desktop-settings');
    assert.equal((await kept(page)).closeToTray, true);
    assert.deepEqual(await callsOf(page, 'setAutostart'), [[true]]);
    assert.deepEqual(await violations(page), []);
    await tray.click();
    assert.equal((await kept(page)).trayIcon, false);
    assert.equal(await close.isDisabled(), true, 'without the icon a closed window could not come back');
    assert.equal(await close.getAttribute('aria-checked'), 'false');
    await done();
  });

  it('say why the computer will not start it', async () => {
    const { page, done } = await open('Desktop');
    await refuse(page, 'setAutostart', { kind: 'internal', message: 'no folder' });
    const start = page.getByRole('switch', { name: 'Start with the computer' });
    await start.click();
    await page.getByRole('alert').waitFor();
    assert.equal(await start.getAttribute('aria-checked'), 'false');
    await done();
  });
});

describe('the desktop', () => {
  it('gets its words from the page, the state of the connection among them', async () => {
    const { page, done } = await browser.open();
    const words = () => page.evaluate(() => window.fake.desktopWords);
    await page.waitForFunction(() => window.fake.desktopWords !== null);
    assert.deepEqual(
      { status: 'Cubist: connected', reply: 'Reply', hidden: 'New message' },
      (({ status, reply, hidden }) => ({ status, reply, hidden }))(await words()),
    );
    await page.evaluate(() =>
      window.fake.setConnection({ type: 'offline', payload: { reason: 'noNetwork' } }),
    );
    await page.waitForFunction(() => window.fake.desktopWords.status !== 'Cubist: connected');
    await done();
  });

  it('leads to a message, and to the field when one wants to answer', async () => {
    const { page, done } = await browser.open();
    await openSettings(page);
    const text = await page.evaluate(() => {
      const dialogId = window.fake.world.bySlug.get('jonas');
      const message = window.fake.world.messages.get(dialogId).findLast((each) => each.text !== '');
      const [{ id: accountId }] = window.fake.accounts;
      window.fake.emit({
        type: 'goto',
        payload: { accountId, dialogId, messageId: message.id, compose: true },
      });
      return message.text;
    });
    await page
      .getByRole('listitem')
      .filter({ hasText: text.slice(0, 20) })
      .first()
      .waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await done();
  });
});

describe('a link from outside', () => {
  /** Follows a link as the shell tells of it. */
  const follow = (page, link) =>
    page.evaluate((given) => {
      window.fake.link.push(given);
      window.fake.emit({ type: 'linkFollowed' });
    }, link);

  it('leads to a message, a chat and a person, from wherever one is', async () => {
    const { page, done } = await open('Desktop');
    const [messageId, groupId, userId] = await page.evaluate(() => {
      const { messages, dialogs } = window.fake.world;
      const all = [...messages.values()].flat();
      const found = all.find(({ text }) => text?.includes('Have you seen this one'));
      const group = [...dialogs.values()].find(({ kind }) => kind === 'group');
      return [found.id, group.id, found.senderId];
    });
    await follow(page, { type: 'message', payload: messageId });
    await page.getByRole('heading', { name: 'Jonas Weber' }).waitFor();
    await page.waitForFunction(() =>
      /Have you seen this one/.test(document.activeElement?.getAttribute('aria-label') ?? ''),
    );
    await follow(page, { type: 'dialog', payload: groupId });
    await page.waitForFunction(
      () => !/Jonas/.test(document.querySelector('main h2, main h1')?.textContent ?? 'Jonas'),
    );
    await follow(page, { type: 'user', payload: userId });
    await page.getByRole('dialog').getByText('Jonas Weber').first().waitFor();
    assert.equal(await page.evaluate(() => window.fake.link.length), 0, 'each was taken');
    await done();
  });

  it('says so when it leads nowhere', async () => {
    const { page, done } = await browser.open('');
    const nowhere = '0123456789abcdef01234567';
    for (const [link, sentence] of [
      [{ type: 'unknown' }, /This link leads nowhere that Cubist knows/],
      [{ type: 'dialog', payload: nowhere }, /The chat of this link is not among yours/],
      [{ type: 'message', payload: nowhere }, /The message of this link is not in your chats/],
    ]) {
      await follow(page, link);
      await page.getByText(sentence).first().waitFor();
    }
    await settle(page);
    await shot(page, 'desktop-link-nowhere');
    await done();
  });

  it('waits until somebody has signed in', async () => {
    const { page, done } = await browser.open('state=locked');
    await follow(page, { type: 'unknown' });
    await page.getByLabel('Passphrase', { exact: true }).fill('correct');
    await page.keyboard.press('Enter');
    await page
      .getByText(/This link leads nowhere that Cubist knows/)
      .first()
      .waitFor();
    await done();
  });
});

describe('the size of the window’s pages', () => {
  it('follows the keys and the settings, is said, and is kept', async () => {
    const { page, done } = await open('Appearance');
    await page.keyboard.press('Control++');
    await page.getByText('Zoom: 110%').first().waitFor();
    await page.keyboard.press('Control+-');
    await page.keyboard.press('Control+-');
    await page.getByText('Zoom: 90%').first().waitFor();
    assert.equal((await kept(page)).zoom, 90);
    const group = page.getByRole('group', { name: 'Zoom' });
    await group.getByRole('button', { name: 'Larger' }).click();
    await group.getByText('100%').waitFor();
    for (let step = 0; step < 7; step += 1) await group.getByRole('button', { name: 'Larger' }).click();
    await group.getByText('300%').waitFor();
    assert.equal(await group.getByRole('button', { name: 'Larger' }).isDisabled(), true);
    await settle(page);
    await shot(page, 'desktop-zoom');
    // What was said goes by itself.
    await page.clock.runFor(20_000);
    await page.locator('.toast').waitFor({ state: 'detached' });
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Control+0');
    await group.getByText('100%').waitFor();
    assert.equal((await kept(page)).zoom, 100);
    await done();
  });
});
