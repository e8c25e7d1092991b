// Which keys do what: the sheet that tells it, the settings that change it, and no clash with what is being composed.

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

const field = (page) => page.getByRole('textbox', { name: /Message/ }).last();
const sheet = (page) => page.getByRole('dialog', { name: 'Keyboard shortcuts' });
const row = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}: .*Change$`) });

/** A key as an input method hands it on while it composes. */
function composed(page, init) {
  return field(page).evaluate((node, given) => {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...given });
    node.dispatchEvent(event);
    return event.defaultPrevented;
  }, init);
}

describe('the sheet of shortcuts', () => {
  it('opens by its keys from the composer, and by ? from where nothing is written', async () => {
    const { page, done } = await browser.open('open=jonas');
    await field(page).click();
    await page.keyboard.press('Control+/');
    await sheet(page).waitFor();
    await settle(page);
    await shot(page, 'shortcuts-sheet');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await sheet(page).waitFor({ state: 'detached' });
    assert.equal(await field(page).evaluate((node) => node === document.activeElement), true);
    await page.keyboard.type('?');
    assert.equal(await field(page).inputValue(), '?');
    await page.getByRole('button', { name: 'Show details' }).focus();
    await page.keyboard.type('?');
    await sheet(page).waitFor();
    assert.equal(await field(page).inputValue(), '?');
    await done();
  });

  it('shows the keys as they are now, and leads to where they are changed', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.keyboard.press('Control+/');
    const general = sheet(page).getByRole('region', { name: 'Everywhere' });
    assert.match(await general.innerText(), /Search everything, commands\s+Ctrl\s+K/);
    await sheet(page).getByRole('button', { name: 'Change shortcuts' }).click();
    await page.getByRole('heading', { name: 'Keyboard', level: 2 }).waitFor();
    await done();
  });
});

describe('the settings of the keyboard', () => {
  it('take new keys at once, for everything that shows or listens for them', async () => {
    const { page, done } = await browser.open('open=jonas');
    await openSettings(page, 'Keyboard');
    await row(page, 'New chat').click();
    await page.getByRole('button', { name: /^Press the new keys/ }).waitFor();
    await page.keyboard.down('Control');
    await settle(page);
    await shot(page, 'shortcuts-recording');
    await page.keyboard.press('j');
    await page.keyboard.up('Control');
    await page.getByRole('button', { name: 'New chat: Ctrl J. Change' }).waitFor();
    assert.equal(
      await row(page, 'New chat').evaluate((node) => node === document.activeElement),
      true,
      'the focus is back where it was',
    );
    assert.deepEqual(await violations(page), []);
    await page.clock.runFor(1000);
    const { settings } = await page.evaluate(() => window.fake.bootstrap());
    assert.deepEqual(settings.shortcuts, { newChat: 'Mod+J' });

    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Settings' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+n');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByRole('button', { name: 'New chat', exact: true }).hover();
    await page.getByText('New chat (Ctrl J)').last().waitFor();
    await page.keyboard.press('Control+j');
    await page.getByRole('dialog', { name: 'New chat' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('>new ch');
    const found = page.getByRole('option', { name: /New chat/ });
    assert.match(await found.innerText(), /Ctrl J/);
    await done();
  });

  it('ask before keys go from one shortcut to another, and give them back', async () => {
    const { page, done } = await browser.open('');
    await openSettings(page, 'Keyboard');
    await row(page, 'Lock now').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+n');
    const question = page.getByText('Ctrl N is already used for “New chat”.');
    await question.waitFor();
    await settle(page);
    await shot(page, 'shortcuts-clash');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Lock now: Ctrl L. Change' }).waitFor();
    await row(page, 'Lock now').click();
    await page.keyboard.press('Control+n');
    await page.getByRole('button', { name: 'Use here' }).click();
    await page.getByRole('button', { name: 'Lock now: Ctrl N. Change' }).waitFor();
    await page.getByRole('button', { name: 'New chat: No keys. Change' }).waitFor();
    await page.getByRole('button', { name: 'Reset “New chat”' }).click();
    await page.getByRole('button', { name: 'New chat: Ctrl N. Change' }).waitFor();
    await page.getByRole('button', { name: 'Lock now: No keys. Change' }).waitFor();
    await page.getByRole('button', { name: 'Reset all' }).click();
    await page.getByRole('button', { name: 'Lock now: Ctrl L. Change' }).waitFor();
    await done();
  });

  it('refuse keys that are needed elsewhere, and let go of a recording', async () => {
    const { page, done } = await browser.open('');
    await openSettings(page, 'Keyboard');
    const waiting = page.getByRole('button', { name: /^Press the new keys/ });
    await row(page, 'Outbox').click();
    await page.keyboard.press('x');
    await page.getByRole('alert').getByText('needed for writing').waitFor();
    await page.keyboard.press('Control+v');
    await page.getByRole('alert').getByText('belongs to text fields').waitFor();
    await page.keyboard.press('Escape');
    await waiting.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Keyboard', level: 2 }).waitFor();
    await row(page, 'Outbox').click();
    await page.keyboard.press('Tab');
    await waiting.waitFor({ state: 'detached' });
    await row(page, 'Outbox').click();
    await page.keyboard.press('Backspace');
    await page.getByRole('button', { name: 'Outbox: No keys. Change' }).waitFor();
    await done();
  });
});

describe('what is being composed', () => {
  it('is neither sent nor taken for a shortcut', async () => {
    const { page, done } = await browser.open('open=jonas');
    await field(page).click();
    await page.keyboard.type('nihongo');
    for (const how of [{ isComposing: true }, { keyCode: 229 }]) {
      for (const keys of [
        { key: 'Enter' },
        { key: 'k', ctrlKey: true },
        { key: '/', ctrlKey: true },
        { key: 'ArrowDown', altKey: true },
        { key: 'Escape' },
      ])
        assert.equal(await composed(page, { ...keys, ...how }), false, `${keys.key} is the input method's`);
    }
    await settle(page);
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(await callsOf(page, 'sendMessage'), []);
    assert.equal(await field(page).inputValue(), 'nihongo');
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'nihongo' }).first().waitFor();
    assert.equal(await field(page).inputValue(), '');
    await done();
  });

  it('is checked for spelling, in the field for messages alone', async () => {
    const { page, done } = await browser.open('open=jonas');
    assert.equal(await field(page).getAttribute('spellcheck'), 'true');
    assert.equal(await page.getByRole('searchbox').first().getAttribute('spellcheck'), 'false');
    await done();
  });
});

describe('the keyboard alone', () => {
  it('goes to the next chat with something new, and opens what is beside the field', async () => {
    const { page, done } = await browser.open('open=jonas');
    await field(page).click();
    const unread = await page.evaluate(() => {
      const { world } = window.fake;
      return [...world.dialogs.values()]
        .filter((each) => each.unread > 0 || each.markedUnread)
        .map((each) => each.name);
    });
    assert.notEqual(unread.length, 0);
    await page.keyboard.press('Alt+Shift+ArrowDown');
    await page.waitForFunction(
      (names) => names.includes(document.querySelector('main h1')?.innerText),
      unread,
    );
    await page.keyboard.press('Control+e');
    await page.getByRole('grid').or(page.getByText('😀')).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+u');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'Settings' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+o');
    await page.getByRole('heading', { name: 'Outbox' }).waitFor();
    await done();
  });
});

describe('the menu bar of macOS', () => {
  it('does what the shortcuts do, and not twice what one press of keys did already', async () => {
    const { page, done } = await browser.open('open=jonas');
    await page.getByRole('textbox', { name: /^Message to/ }).waitFor();
    const choose = (command) =>
      page.evaluate((chosen) => {
        window.fake.emit({ type: 'menuChosen', payload: { command: chosen } });
      }, command);
    await choose('newGroup');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await choose('zoomIn');
    await page.getByText('Zoom: 110%').first().waitFor();
    await choose('remove');
    await choose('about');
    await page.getByRole('heading', { name: 'About', level: 2, exact: true }).waitFor();
    await choose('settings');
    await page.getByRole('textbox', { name: /^Message to/ }).waitFor();
    await page.evaluate(() => {
      window.dispatchEvent(
        new KeyboardEvent('keydown', { key: ',', code: 'Comma', ctrlKey: true, bubbles: true }),
      );
      window.fake.emit({ type: 'menuChosen', payload: { command: 'settings' } });
    });
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    await done();
  });
});
