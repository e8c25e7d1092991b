// What waits to be sent: the outbox page, undo, messages for later, and drafts that keep what they are for.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { useBrowser } from './support/world.mjs';

const browser = useBrowser();
const PICTURES = 'test-output/ui';
mkdirSync(PICTURES, { recursive: true });

function composer(page) {
  return page.getByRole('textbox', { name: /^Message to/ });
}

async function calls(page, name) {
  const all = await page.evaluate(() => window.fake.calls);
  return all.filter(([command]) => command === name).map(([, ...args]) => args);
}

/** The row of the outbox that has this text. */
function row(page, text) {
  return page.locator('.outbox li', { hasText: text });
}

function picture(page, name) {
  return page.screenshot({ path: `${PICTURES}/outbox-${name}.png` });
}

async function openMenu(page, item) {
  await page.getByRole('button', { name: /accounts and settings/ }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('the outbox', () => {
  it('is reached from the connection line, and says of each message what it waits for', async () => {
    const { page, done } = await browser.open('state=offline');
    await page.clock.runFor(2500);
    await page.getByRole('button', { name: /Offline\. 3 messages wait/ }).click();
    await page.getByRole('heading', { name: 'Outbox' }).waitFor();
    await page.getByText('sent as soon as there is a connection').first().waitFor();
    await page.getByText('after the one above').first().waitFor();
    await page.getByText('Not sent: the server did not answer.').waitFor();
    const said = await page.locator('.outbox .said').allInnerTexts();
    assert.ok(said.includes('The big thermos is packed ☕'), said.join('; '));
    await picture(page, 'light');
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await picture(page, 'dark');
    await done();
  });

  it('is reached from the account menu, and is empty when everything is sent', async () => {
    const { page, done } = await browser.open('open=tomas&dialogs=1');
    await page.evaluate(() => {
      for (const items of window.fake.world.messages.values()) {
        for (const item of items)
          if (item.status === 'failed' || item.status === 'pending') item.status = 'read';
      }
    });
    await openMenu(page, /Outbox/);
    await page.getByText('Everything is sent').waitFor();
    await done();
  });

  it('changes words in place, cancels with a way back, and tries again', async () => {
    const { page, done } = await browser.open('state=offline');
    await openMenu(page, /Outbox/);
    await row(page, 'And the small stove').getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Text of the message' }).fill('And the large stove');
    await picture(page, 'edit');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await row(page, 'And the large stove').waitFor();
    assert.equal((await calls(page, 'editMessage')).at(-1)?.[1], 'And the large stove');

    await row(page, 'The big thermos').getByRole('button', { name: 'Do not send' }).click();
    await row(page, 'The big thermos').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, 'The big thermos').waitFor();

    await row(page, 'Who has the large stove?').getByRole('button', { name: 'Retry' }).click();
    await row(page, 'Who has the large stove?')
      .getByText(/sent as soon as|after the one above/)
      .waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    assert.equal((await calls(page, 'retryAll')).length, 1);
    await done();
  });

  it('follows what happens while it is looked at', async () => {
    const { page, done } = await browser.open('state=offline');
    await openMenu(page, /Outbox/);
    await row(page, 'I take the early train').waitFor();
    await page.evaluate(() => {
      const item = [...window.fake.world.messages.values()]
        .flat()
        .find((each) => each.text.startsWith('I take the early train'));
      window.fake.change(item, { status: 'sent' });
      window.fake.outboxChanged();
    });
    await row(page, 'I take the early train').waitFor({ state: 'detached' });
    await done();
  });
});

describe('a message that was sent a moment ago', () => {
  it('can be taken back with what it answers, when the setting says so', async () => {
    const { page, done } = await browser.open('open=tomas&undo=10');
    const question = page.locator('.message-row', { hasText: 'Estación de Atocha' });
    await question.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Reply' }).click();
    await composer(page).fill('I will be thre');
    await page.keyboard.press('Enter');
    await page.getByText(/Sending in (10|9) s/).waitFor();
    await picture(page, 'undo');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/Sending in/).waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), 'I will be thre');
    await page.getByText('Reply to Tomás Rivera').waitFor();
    assert.equal((await calls(page, 'takeBack')).length, 1);
    await done();
  });

  it('goes when its time is over', async () => {
    const { page, done } = await browser.open('open=tomas&undo=5');
    await composer(page).fill('On my way');
    await page.keyboard.press('Enter');
    await page.getByText(/Sending in/).waitFor();
    await page.clock.runFor(5600);
    await page.getByText(/Sending in/).waitFor({ state: 'detached' });
    await page.clock.runFor(1500);
    await page
      .locator('.message-row', { hasText: 'On my way' })
      .getByRole('img', { name: 'read', exact: true })
      .waitFor();
    await done();
  });

  it('goes at once as long as nobody turned that on', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('On my way');
    await page.keyboard.press('Enter');
    await page.locator('.message-row', { hasText: 'On my way' }).waitFor();
    assert.equal(await page.getByText(/Sending in/).count(), 0);
    await openMenu(page, 'Settings');
    await page.getByRole('button', { name: 'Sending' }).click();
    await page.getByRole('button', { name: /Undo send/ }).click();
    await page.getByRole('menuitemradio', { name: '10 seconds' }).click();
    await page.clock.runFor(1000);
    assert.equal(await page.evaluate(() => window.fake.settings.undoSendS), 10);
    await done();
  });
});

describe('a message for later', () => {
  async function schedule(page, text, time) {
    await composer(page).fill(text);
    await page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    await page.getByRole('radio', { name: time }).check({ force: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Send later' }).click();
  }

  it('stands above the composer with its time until it goes', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('Happy birthday!');
    await page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' });
    await picture(page, 'send-menu');
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    await page.getByRole('radio', { name: /Tomorrow morning/ }).check({ force: true });
    await picture(page, 'schedule');
    await page.getByRole('dialog').getByRole('button', { name: 'Send later' }).click();
    const list = page.getByRole('region', { name: 'Messages to be sent later' });
    await list.getByText('Will be sent tomorrow at 09:00').waitFor();
    await list.getByText('Happy birthday!').waitFor();
    assert.equal(await page.locator('.message-row', { hasText: 'Happy birthday!' }).count(), 0);
    assert.equal(await composer(page).inputValue(), '');
    const [, , more] = (await calls(page, 'sendMessage')).at(-1) ?? [];
    assert.equal(more?.sendAt, new Date(2026, 10, 21, 9).getTime());
    await picture(page, 'scheduled');

    await schedule(page, 'And many more', /In an hour/);
    await list.getByRole('button', { name: '1 more for later' }).click();
    assert.deepEqual(await list.locator('.said').allInnerTexts(), ['And many more', 'Happy birthday!']);
    await picture(page, 'scheduled-two');

    await list.getByRole('button', { name: 'What to do with this message' }).first().click();
    await page.getByRole('menuitem', { name: 'Send now' }).click();
    await page.locator('.message-row', { hasText: 'And many more' }).waitFor();
    await done();
  });

  it('leaves the field ready to write in, before the sheet has faded', async () => {
    const { page, done } = await browser.open('open=tomas', { clock: false });
    await composer(page).fill('Happy birthday!');
    await page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    const submit = page.getByRole('dialog').getByRole('button', { name: 'Send later' });
    const focused = await submit.evaluate(
      (button) =>
        new Promise((resolve) => {
          button.click();
          requestAnimationFrame(() => resolve(document.activeElement?.localName));
        }),
    );
    assert.equal(focused, 'textarea');
    await done();
  });

  it('takes a day and a time of one’s own, and refuses what has passed', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('See you');
    await page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Send later…' }).click();
    await page.getByRole('radio', { name: 'Another time' }).check({ force: true });
    const sheet = page.getByRole('dialog', { name: 'Send later' });
    await sheet.getByRole('button', { name: /^Day/ }).click();
    await page.getByRole('button', { name: /Friday.? 20 November 2026/ }).click();
    await sheet.getByRole('textbox', { name: 'Time' }).fill('7:00');
    await sheet.getByText('This has passed already.').first().waitFor();
    await sheet.getByRole('textbox', { name: 'Time' }).fill('soon');
    await sheet.getByRole('textbox', { name: 'Time' }).blur();
    await sheet.getByText('Write a time such as 9:30.').first().waitFor();
    await sheet.getByRole('textbox', { name: 'Time' }).fill('17.30');
    await picture(page, 'schedule-own');
    await sheet.getByRole('button', { name: 'Send later' }).click();
    const [, , more] = (await calls(page, 'sendMessage')).at(-1) ?? [];
    assert.equal(more?.sendAt, new Date(2026, 10, 20, 17, 30).getTime());
    await done();
  });

  it('can be put off, changed and cancelled from the outbox', async () => {
    const { page, done } = await browser.open('open=tomas');
    await schedule(page, 'Dinner?', /Tomorrow morning/);
    await openMenu(page, /Outbox/);
    await row(page, 'Dinner?').getByText('Will be sent tomorrow at 09:00').waitFor();
    await row(page, 'Dinner?').getByRole('button', { name: 'Change the time' }).click();
    await page.getByRole('radio', { name: /This evening/ }).check({ force: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Change', exact: true }).click();
    await row(page, 'Dinner?').getByText('Will be sent today at 18:00').waitFor();
    await picture(page, 'later');
    await row(page, 'Dinner?').getByRole('button', { name: 'Do not send' }).click();
    await row(page, 'Dinner?').waitFor({ state: 'detached' });
    await done();
  });
});

describe('a draft', () => {
  it('keeps what it answers and a change that is under way', async () => {
    const { page, done } = await browser.open('open=tomas');
    const question = page.locator('.message-row', { hasText: 'Estación de Atocha' });
    await question.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Reply' }).click();
    await composer(page).fill('At what time');
    await page.getByRole('button', { name: /Olena Kovalenko/ }).click();
    await page.getByRole('heading', { name: 'Olena Kovalenko' }).waitFor();
    const kept = (await calls(page, 'saveDraft')).at(-1)?.[1];
    assert.equal(kept.text, 'At what time');
    assert.equal(kept.reply.text, 'Estación de Atocha, a las siete');

    // As the engine has it after a restart.
    await page.getByRole('button', { name: /Jonas Weber/ }).click();
    await page.locator('.message-row', { hasText: 'Passt, bis Samstag' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await composer(page).fill('Passt, bis Sonntag');
    await page.getByRole('button', { name: /Olena Kovalenko/ }).click();
    await page.getByRole('button', { name: /Jonas Weber/ }).click();
    await page.getByText('Edit message').waitFor();
    assert.equal(await composer(page).inputValue(), 'Passt, bis Sonntag');
    await page.getByRole('button', { name: 'Keep it as it was' }).click();
    assert.equal(await composer(page).inputValue(), '');

    await page.getByRole('button', { name: /Tomás Rivera/ }).click();
    await page.getByText('Reply to Tomás Rivera').waitFor();
    assert.equal(await composer(page).inputValue(), 'At what time');
    await done();
  });
});

describe('what is new', () => {
  it('marks a chat in which I am named, and all of it is read at once', async () => {
    const { page, done } = await browser.open('');
    await page.getByRole('img', { name: 'You are mentioned' }).waitFor();
    await picture(page, 'mention');
    await openMenu(page, 'Mark all as read');
    await page.getByRole('img', { name: 'You are mentioned' }).waitFor({ state: 'detached' });
    assert.equal((await calls(page, 'markAllRead')).length, 1);
    assert.equal(await page.getByRole('img', { name: /unread/ }).count(), 0);
    await done();
  });
});

describe('information', () => {
  it('says when each person had a message and read it', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page.locator('.message-row', { hasText: 'What a light' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Info' }).click();
    const info = page.getByRole('complementary', { name: 'Message info' });
    assert.ok((await info.locator('li time').count()) >= 4);
    await picture(page, 'info');
    await done();
  });

  it('lists messages that were not understood by name, to be copied', async () => {
    const { page, done } = await browser.open('');
    await openMenu(page, 'Settings');
    await page.getByRole('button', { name: 'Diagnostics' }).click();
    await page.getByText('Polls · poll/OPENED').waitFor();
    await picture(page, 'diagnostics');
    await done();
  });
});
