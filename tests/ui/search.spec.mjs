// Search: everything behind one field, and the messages of the open chat.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, refuse } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const field = (page) => page.getByRole('combobox', { name: 'Search chats, people and messages' });
const inChat = (page) => page.getByRole('combobox', { name: /^Search in / });
const options = (page) => page.getByRole('option');
const active = (page) => page.locator('[role=option][aria-selected=true]');

async function open(query = 'open=ridge', more = {}) {
  const opened = await browser.open(query, more);
  await opened.page.getByRole('list', { name: 'Chats' }).waitFor();
  if (query.includes('open=')) await opened.page.locator('.message-row').first().waitFor();
  return opened;
}

/** The palette, as the keys open it. */
async function palette(query, more) {
  const opened = await open(query, more);
  await opened.page.keyboard.press('Control+k');
  await field(opened.page).waitFor();
  return opened;
}

/** Groups with the texts of their options, in order. */
function groups(page) {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('[role=listbox] [role=group]')].map((group) => [
        document.getElementById(group.getAttribute('aria-labelledby')).firstElementChild.textContent,
        [...group.querySelectorAll('[role=option] .name')].map((name) => name.textContent.trim()),
      ]),
    ),
  );
}

/** Waits for a group to have an option with this text. */
const option = (page, name) => page.getByRole('option', { name }).first();

describe('the palette', () => {
  it('finds chats, messages and commands, marks what was typed and says how many', async () => {
    const { page, done } = await palette();
    assert.deepEqual(await violations(page), []);
    await field(page).fill('r');
    await field(page).fill('ridge');
    await option(page, /Ridge Walk/).waitFor();
    const found = await groups(page);
    assert.deepEqual(found.Chats, ['Ridge Walk']);
    assert.equal(await page.locator('[role=option] mark').first().innerText(), 'Ridge');
    await field(page).fill('lower car');
    await option(page, /Meet at the lower car park/).waitFor();
    await page.getByText(/^\d+ in \d+ ms$/).waitFor();
    const marks = await option(page, /Meet at the lower car park/)
      .locator('mark')
      .allInnerTexts();
    assert.deepEqual(marks, ['lower', 'car']);
    await field(page).fill('dark');
    await option(page, 'Dark theme').waitFor();
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it('is walked by the arrows while the field keeps the focus, and Enter opens a chat', async () => {
    const { page, done } = await palette();
    const first = await active(page).getAttribute('id');
    await page.keyboard.press('ArrowDown');
    const second = await active(page).getAttribute('id');
    assert.notEqual(first, second);
    assert.equal(await field(page).getAttribute('aria-activedescendant'), second);
    await page.keyboard.press('ArrowUp');
    assert.equal(await active(page).getAttribute('id'), first);
    await page.keyboard.press('ArrowUp');
    assert.equal(await active(page).count(), 1);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox');
    await field(page).fill('tomas');
    await option(page, /Tomás Rivera/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Tomás Rivera' }).waitFor();
    assert.equal(await field(page).count(), 0);
    await done();
  });

  it('goes to a message far back and marks it for a moment', async () => {
    const { page, done } = await palette('open=design');
    await field(page).fill('address again');
    await option(page, /Could you send me the address again/).waitFor();
    // The oldest of many.
    await page.keyboard.press('ArrowUp');
    for (let n = 0; n < 40; n += 1) {
      const text = await active(page).innerText();
      if (text.includes('address')) break;
      await page.keyboard.press('ArrowUp');
    }
    await page.keyboard.press('Enter');
    const row = page.locator('.message-row:focus');
    await row.waitFor();
    assert.match(await row.innerText(), /address again/);
    await page.locator('.bubble.marked').waitFor();
    await page.clock.runFor(2000);
    assert.equal(await page.locator('.bubble.marked').count(), 0);
    await done();
  });

  it('completes filters as one types, shows them as chips and takes them back', async () => {
    const { page, done } = await palette();
    await field(page).pressSequentially('car from:jo');
    await option(page, /From Jonas Weber/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('From Jonas Weber', { exact: true }).waitFor();
    assert.equal(await field(page).inputValue(), 'car ');
    // What the answer before had stays until the next one is there.
    await option(page, /Meet at the lower car park/).waitFor({ state: 'detached' });
    await option(page, /Lower car park/).waitFor();
    const found = await groups(page);
    assert.deepEqual(found['Messages on this computer'], [
      'Lower car park. Take coins, the machine does not like cards',
    ]);
    // A chat has no author: only messages are left.
    assert.equal(found.Chats, undefined);
    await field(page).pressSequentially('has:li');
    await option(page, /With a link/).waitFor();
    await page.keyboard.press('Tab');
    await page.getByText('No message on this computer fits.').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Backspace');
    await option(page, /Lower car park. Take coins/).waitFor();
    await page.getByRole('button', { name: 'Remove the filter “From Jonas Weber”' }).click();
    await option(page, /Meet at the lower car park/).waitFor();
    await done();
  });

  it('offers the filters without typing them', async () => {
    const { page, done } = await palette();
    const bar = page.getByRole('group', { name: 'Narrow the search' });
    await bar.getByRole('button', { name: 'With' }).click();
    await option(page, /With a link/).click();
    await option(page, /Rules for huts in winter/).waitFor();
    await bar.getByRole('button', { name: 'In', exact: true }).click();
    await option(page, /In Jonas Weber/).click();
    await option(page, /Have you seen this one/).waitFor();
    assert.deepEqual((await groups(page))['Messages on this computer'].length > 0, true);
    await bar.getByRole('button', { name: 'Before' }).click();
    await options(page).first().waitFor();
    await field(page).pressSequentially('2001-01-01 ');
    await page.getByText('No message on this computer fits.').waitFor();
    await done();
  });

  it('asks the server after a pause, and shows what only it has below', async () => {
    const { page, done } = await palette();
    await field(page).fill('winter');
    await option(page, /Winter boots/).waitFor();
    const found = await groups(page);
    assert.deepEqual(found['Older messages on the server'], [
      'The winter room costs twelve a night',
      'Winter boots, size 42, anyone?',
      'In winter the bus goes only twice',
    ]);
    assert.ok(!found['Messages on this computer'].some((text) => text.includes('boots')));
    assert.equal((await callsOf(page, 'searchServer')).length, 1);
    await field(page).fill('wint');
    await page.getByText('Type five letters or more to search the server, too.').waitFor();
    await done();
  });

  it('says when the server cannot be asked or fails, and tries again', async () => {
    const offline = await palette('open=ridge&state=offline');
    await field(offline.page).fill('winter');
    await offline.page.getByText('There is no connection, so the server was not searched.').waitFor();
    await offline.done();

    const { page, done } = await palette();
    await refuse(page, 'searchServer', { kind: 'server', status: 500, message: 'x' });
    await field(page).fill('winter');
    await option(page, 'Try again').waitFor();
    await refuse(page, 'searchServer', null);
    await option(page, 'Try again').click();
    await option(page, /Winter boots/).waitFor();
    await done();
  });

  it('runs commands, alone after a ">"', async () => {
    const { page, done } = await palette();
    await field(page).fill('>theme');
    await option(page, 'Dark theme').waitFor();
    assert.deepEqual(Object.keys(await groups(page)), ['Commands']);
    await option(page, 'Dark theme').click();
    await page.waitForFunction(
      () => window.fake.calls.length >= 0 && !document.querySelector('[role=combobox]'),
    );
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.keyboard.press('Control+k');
    await field(page).fill('mark all');
    await option(page, 'Mark all as read').waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByText(/chats marked as read/)
      .first()
      .waitFor();
    const [ids, on] = (await callsOf(page, 'markDialogsUnread')).at(-1);
    assert.ok(ids.length > 2);
    assert.equal(on, false);
    await page.keyboard.press('Control+k');
    await field(page).fill('do not disturb');
    await option(page, 'Do not disturb for an hour').click();
    await page.waitForFunction(() => window.fake.settings.quietUntil > Date.now());
    await page.keyboard.press('Control+k');
    await field(page).fill('new group');
    await option(page, 'New group').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New group' }).waitFor();
    await done();
  });

  it('searches and exports the open chat and signs out, each after its question', async () => {
    const { page, done } = await palette('open=jonas');
    await field(page).fill('>search in this');
    await option(page, 'Search in this chat').click();
    await inChat(page).waitFor();
    assert.equal(await inChat(page).evaluate((input) => input === document.activeElement), true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await field(page).fill('>backup');
    await option(page, 'Export chat…').click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('heading').first().waitFor();
    await sheet.getByText('Jonas Weber').first().waitFor();
    await sheet.getByRole('button', { name: 'Cancel' }).click();
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await field(page).fill('>logout');
    await option(page, 'Sign out').click();
    await page.getByRole('dialog', { name: 'Sign out?' }).getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor();
    assert.deepEqual(await callsOf(page, 'signOut'), [['00000000000000a1', false]]);
    await done();
  });

  it('leaves out what needs an open chat while none is', async () => {
    const { page, done } = await palette('');
    await field(page).fill('>');
    await option(page, 'Sign out').waitFor();
    assert.equal(await page.getByRole('option', { name: 'Search in this chat' }).count(), 0);
    assert.equal(await page.getByRole('option', { name: 'Export chat…' }).count(), 0);
    await done();
  });

  it('empties the field with Escape, then closes and gives the focus back', async () => {
    const { page, done } = await open();
    await page.getByRole('textbox', { name: /^Message to/ }).focus();
    await page.keyboard.press('Control+k');
    await field(page).fill('hut');
    await page.keyboard.press('Escape');
    assert.equal(await field(page).inputValue(), '');
    await page.keyboard.press('Escape');
    await field(page).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await done();
  });

  it('opens from the field of the chats with the same words', async () => {
    const { page, done } = await open('');
    await page.getByRole('searchbox').fill('winter');
    await page.getByRole('button', { name: 'Search everything' }).click();
    assert.equal(await field(page).inputValue(), 'winter');
    await option(page, /Rules for huts in winter/).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('ridge');
    await page.getByRole('button', { name: 'Search everything for “ridge”' }).click();
    await option(page, /Ridge Walk/).waitFor();
    await done();
  });

  it('fills a narrow window and stands from right to left', async () => {
    const narrow = await palette('', { width: 390, height: 720 });
    await settle(narrow.page);
    const box = await narrow.page.locator('dialog .panel').boundingBox();
    assert.equal(Math.round(box.width), 390);
    await narrow.done();
    for (const [name, query] of [
      ['light', 'open=ridge&theme=light'],
      ['dark', 'open=ridge&theme=dark'],
      ['contrast', 'open=ridge&theme=contrast'],
    ]) {
      const { page, done } = await palette(query, { width: 1372, height: 879 });
      await field(page).fill('winter');
      await option(page, /Winter boots/).waitFor();
      assert.deepEqual(await violations(page), [], name);
      await done();
    }
  });
});

describe('the search in a chat', () => {
  it('lists the hits, goes through them and comes back to where one was', async () => {
    const { page, done } = await open('open=jonas');
    await page.evaluate(() => {
      document.querySelector('.view[role=region]').scrollTop -= 500;
    });
    await settle(page);
    const place = () =>
      page.evaluate(() => {
        const view = document.querySelector('.view[role=region]');
        const top = view.getBoundingClientRect().top;
        const row = [...view.querySelectorAll('.message-row')].find(
          (each) => each.getBoundingClientRect().top >= top,
        );
        return { id: row.dataset.id, at: Math.round(row.getBoundingClientRect().top) };
      });
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await inChat(page).waitFor();
    await settle(page);
    const bar = await page.locator('[role=search]').boundingBox();
    assert.ok(bar.height > 30);
    await page.keyboard.press('Escape');
    await settle(page);
    const before = await place();

    await page.keyboard.press('Control+f');
    await inChat(page).fill('address');
    await option(page, /address again/).waitFor();
    assert.deepEqual(await violations(page), []);
    await page
      .getByRole('status')
      .filter({ hasText: /^\d+ found$/ })
      .waitFor();
    await page.keyboard.press('Enter');
    const shown = () => page.locator('.bubble.marked');
    await shown().waitFor();
    assert.match(await shown().innerText(), /address again/);
    const counted = page.getByRole('status').filter({ hasText: / of / });
    assert.match(await counted.innerText(), /^1 of \d+$/);
    // The list went away, and the keys go on in the field.
    assert.equal(await options(page).count(), 0);
    const first = await shown().evaluate((node) => node.closest('.message-row').dataset.id);
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction((id) => {
      const marked = document.querySelector('.bubble.marked')?.closest('.message-row');
      return marked && marked.dataset.id !== id;
    }, first);
    assert.match(await counted.innerText(), /^2 of \d+$/);
    await page.getByRole('button', { name: 'Newer hit' }).click();
    await page.waitForFunction(
      (id) => document.querySelector('.bubble.marked')?.closest('.message-row').dataset.id === id,
      first,
    );
    assert.ok(await page.getByRole('button', { name: 'Newer hit' }).isDisabled(), 'it is the newest');
    await inChat(page).focus();
    await page.keyboard.press('Escape');
    await page.waitForFunction((id) => document.querySelector(`[data-id="${id}"]`) !== null, before.id);
    await settle(page);
    assert.deepEqual(await place(), before);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await done();
  });

  it('asks for this chat alone, with filters but not for another chat', async () => {
    const { page, done } = await open('open=jonas');
    await page.keyboard.press('Control+f');
    await inChat(page).fill('winter');
    await option(page, /In winter the bus/).waitFor();
    assert.ok(!(await page.getByRole('option').allInnerTexts()).some((text) => text.includes('boots')));
    const asked = await callsOf(page, 'searchMessages');
    assert.ok(asked.every(([query]) => query.dialogIds.length === 1));
    const bar = page.getByRole('group', { name: 'Narrow the search' });
    assert.equal(await bar.getByRole('button', { name: 'In', exact: true }).count(), 0);
    await inChat(page).fill('from:me ');
    await page.getByText('From Me', { exact: true }).waitFor();
    await option(page, /Passt, bis Samstag/).waitFor();
    await inChat(page).fill('nothing like this');
    await page.getByRole('status').filter({ hasText: 'Nothing found' }).waitFor();
    await done();
  });
});

describe('files in the palette', () => {
  it('are found by their names, opened where they are here, and shown in their chat with Control', async () => {
    const { page, done } = await palette('state=files&open=files');
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.getByText('Type a word of the file’s name').waitFor();
    await field(page).fill('winter');
    await option(page, /Winter rules\.pdf/).waitFor();
    assert.deepEqual(Object.keys(await groups(page))[0], 'Messages on this computer');
    assert.equal(
      await option(page, /Winter rules/)
        .locator('mark')
        .innerText(),
      'Winter',
    );
    await page.keyboard.press('Control+Enter');
    await page.locator('.message-row:focus').filter({ hasText: 'Winter rules.pdf' }).waitFor();
    assert.deepEqual(await callsOf(page, 'openAttachment'), []);
    await page.keyboard.press('Control+k');
    await field(page).fill('winter rules pdf');
    await option(page, /Winter rules\.pdf/).waitFor();
    await page.keyboard.press('Enter');
    await field(page).waitFor({ state: 'detached' });
    await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'openAttachment'));
    assert.equal((await callsOf(page, 'openAttachment')).length, 1);
    await done();
  });
});
