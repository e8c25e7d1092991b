// Writing and reading: what leaves the composer, what becomes of it, what counts as read.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freeze, settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const calls = (page, name) =>
  page.evaluate(
    (wanted) => window.fake.calls.filter(([each]) => each === wanted).map((call) => call.slice(1)),
    name,
  );
const composer = (page) => page.getByRole('textbox', { name: /^Message to/ });

describe('the composer', () => {
  it('sends with Enter, and the bubble goes from clock to read without moving', async () => {
    const { page, done } = await browser.open('open=tomas');
    await page.waitForSelector('.message-row');
    await freeze(page);
    await composer(page).fill('See you there');
    await page.keyboard.press('Enter');
    const bubble = page.getByRole('listitem', { name: /See you there/ });
    await bubble.getByRole('img', { name: 'waiting to be sent' }).waitFor();
    const box = await bubble.locator('.bubble').boundingBox();
    for (const [ms, state] of [
      [350, 'sent'],
      [500, 'delivered'],
      [600, 'read'],
    ]) {
      await page.clock.runFor(ms);
      await bubble.getByRole('img', { name: state, exact: true }).waitFor();
      assert.deepEqual(await bubble.locator('.bubble').boundingBox(), box);
    }
    assert.equal(await composer(page).inputValue(), '');
    await done();
  });

  it('breaks the line with Shift+Enter and grows to eight lines', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).focus();
    const height = async () => Math.round((await composer(page).boundingBox()).height);
    assert.equal(await height(), 20);
    for (let line = 0; line < 4; line += 1) await page.keyboard.press('Shift+Enter');
    assert.equal(await height(), 100);
    for (let line = 0; line < 20; line += 1) await page.keyboard.press('Shift+Enter');
    assert.equal(await height(), 160);
    assert.deepEqual(await calls(page, 'sendMessage'), []);
    await done();
  });

  it('does not send while an input method is composing', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('にほん');
    await composer(page).evaluate((field) => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true }));
    });
    assert.deepEqual(await calls(page, 'sendMessage'), []);
    await page.keyboard.press('Enter');
    assert.equal((await calls(page, 'sendMessage')).length, 1);
    await done();
  });

  it('sends nothing that is only spaces', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('  ');
    await page.keyboard.press('Enter');
    assert.deepEqual(await calls(page, 'sendMessage'), []);
    assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled());
    await done();
  });

  it('keeps a draft when the chat is left and puts it back', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('half a thought');
    await page.getByRole('button', { name: /Olena Kovalenko/ }).click();
    await page.getByRole('heading', { name: 'Olena Kovalenko' }).waitFor();
    await page.getByText('half a thought').waitFor();
    assert.deepEqual((await calls(page, 'saveDraft')).at(-1)?.slice(1), [
      { text: 'half a thought', reply: null, edit: null },
    ]);
    await page.getByRole('button', { name: /Tomás Rivera/ }).click();
    await page.getByRole('heading', { name: 'Tomás Rivera' }).waitFor();
    assert.equal(await composer(page).inputValue(), 'half a thought');
    await done();
  });

  it('writes the draft of an open chat soon after the last key', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).waitFor();
    await freeze(page);
    await composer(page).fill('still here');
    assert.deepEqual(await calls(page, 'saveDraft'), []);
    await page.clock.runFor(1000);
    assert.equal((await calls(page, 'saveDraft')).length, 1);
    await done();
  });

  it('tells the other side sparingly that somebody writes, and when it is over', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).focus();
    await page.keyboard.type('abcdef');
    await page.clock.runFor(5500);
    assert.deepEqual(
      (await calls(page, 'setTyping')).map(([, typing]) => typing),
      [true, false],
    );
    await done();
  });

  it('puts an emoji where the caret stands', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('see you');
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await page.getByRole('option', { name: 'rocket', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await composer(page).inputValue(), 'see you🚀');
    await done();
  });
});

describe('a message that failed', () => {
  it('says why and is sent again on request', async () => {
    const { page, done } = await browser.open('open=amara');
    await page.getByText('Not sent: the server refused it.').waitFor();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.clock.runFor(400);
    await page.getByText('Not sent: the server refused it.').waitFor({ state: 'detached' });
    assert.equal((await calls(page, 'retry')).length, 1);
    await done();
  });

  it('goes back into the composer to be changed', async () => {
    const { page, done } = await browser.open('open=amara');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByText('Not sent: the server refused it.').waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), 'The contract is on its way');
    await done();
  });

  it('is gone when it is deleted', async () => {
    const { page, done } = await browser.open('open=amara');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('listitem', { name: /The contract is on its way/ }).waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), '');
    await done();
  });
});

describe('reading', () => {
  it('counts what is on the screen up to the newest, and the line stays', async () => {
    const { page, done } = await browser.open('open=design');
    await page.getByText('3 new messages').waitFor();
    await page.waitForFunction(
      () => window.fake.world.dialogs.get(window.fake.world.bySlug.get('design')).unread === 0,
    );
    const newest = await page.evaluate(
      () => window.fake.world.messages.get(window.fake.world.bySlug.get('design')).at(-1).id,
    );
    assert.equal((await calls(page, 'markRead')).at(-1)?.[1], newest);
    await page.getByText('3 new messages').waitFor();
    await done();
  });

  it('does not count while the window has no focus', async () => {
    const { page, done } = await browser.open('', {});
    await page.waitForSelector('nav');
    await page.evaluate(() => {
      document.hasFocus = () => false;
      window.dispatchEvent(new Event('blur'));
    });
    await page.getByRole('button', { name: /Design crit/ }).click();
    await page.getByText('3 new messages').waitFor();
    await page.clock.runFor(5000);
    assert.deepEqual(await calls(page, 'markRead'), []);
    await page.evaluate(() => {
      document.hasFocus = () => true;
      window.dispatchEvent(new Event('focus'));
    });
    await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'markRead'));
    await done();
  });

  it('does not count what is below the view', async () => {
    const { page, done } = await browser.open('open=housing');
    await page.getByText(/\d{3} new messages/).waitFor();
    await page.waitForFunction(() => window.fake.calls.some(([name]) => name === 'markRead'));
    await settle(page);
    const left = await page.evaluate(() => {
      const { fake } = window;
      return fake.world.dialogs.get(fake.world.bySlug.get('housing')).unread;
    });
    assert.ok(left > 80, `${left} left`);
    await done();
  });

  it('goes to the newest by the button, which counts what is unread', async () => {
    const { page, done } = await browser.open('open=housing');
    await page.getByRole('button', { name: /Go to the newest message, \d+ unread/ }).click();
    await page.getByText('The plumber has time on Thursday only, from eight').last().waitFor();
    await settle(page);
    await page.getByRole('button', { name: /Go to the newest message/ }).waitFor({ state: 'detached' });
    await done();
  });
});

describe('the messages', () => {
  it('are walked by the arrow keys and copied by a key', async () => {
    const { page, done } = await browser.open('open=layla');
    await page.getByRole('listitem', { name: /أراك/ }).focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    assert.match(
      await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
      /I left the book/,
    );
    await page.keyboard.press('Control+c');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'I left the book at your door');
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await done();
  });

  it('have a menu with what works, and say who has read them', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page
      .getByRole('listitem', { name: /What a light/ })
      .locator('.bubble')
      .click({ button: 'right' });
    assert.deepEqual(
      (await page.getByRole('menuitem').allInnerTexts()).map((words) => words.split('\n')[0]),
      [
        'React',
        'Reply',
        'Forward',
        'Copy',
        'Edit',
        'Select',
        'Copy link to message',
        'Info',
        'Delete for me',
        'Delete for everyone',
      ],
    );
    await page.getByRole('menuitem', { name: 'Info' }).click();
    const info = page.getByRole('complementary', { name: 'Message info' });
    await info.getByText('Read by 4').waitFor();
    await info.getByText('Delivered to 1').waitFor();
    await info.getByText('Not delivered yet').waitFor();
    await page.keyboard.press('Escape');
    await info.waitFor({ state: 'detached' });
    await done();
  });

  it('open web addresses outside and never in the window', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page.evaluate(() => (window.open = () => null));
    await page.getByRole('link', { name: /alpine-huts/ }).click();
    assert.deepEqual(await calls(page, 'openLink'), [['https://alpine-huts.example/winter-rules']]);
    await done();
  });

  it('show markup as the text it is', async () => {
    const { page, done } = await browser.open('open=tomas');
    await composer(page).fill('<img src=x onerror=alert(1)> **no**');
    await page.keyboard.press('Enter');
    await page.getByText('<img src=x onerror=alert(1)> **no**').first().waitFor();
    await done();
  });

  it('are spoken when somebody else writes', async () => {
    const { page, done } = await browser.open('open=tomas');
    await page.waitForSelector('.message-row');
    await settle(page);
    await page.evaluate(() => {
      const { fake } = window;
      fake.add(fake.world.bySlug.get('tomas'), 5187318, 'Hola');
    });
    await page
      .locator('[aria-live=polite]', { hasText: 'Tomás Rivera: Hola' })
      .waitFor({ state: 'attached' });
    await done();
  });

  it('are loaded again when the stream of events lagged', async () => {
    const { page, done } = await browser.open('open=tomas');
    await page.waitForSelector('.message-row');
    await page.evaluate(() => {
      const { fake } = window;
      const id = fake.world.bySlug.get('tomas');
      const [first] = fake.world.messages.get(id);
      fake.world.messages.get(id).push({ ...first, id: 'f'.repeat(24), text: 'missed', sentAt: Date.now() });
      fake.emit({ type: 'reload' });
    });
    await page.getByRole('listitem', { name: /missed/ }).waitFor();
    await done();
  });
});
