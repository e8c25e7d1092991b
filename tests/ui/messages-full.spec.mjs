// What a message may carry beside its words, and what people do with one: edit, delete, react, answer, forward, select.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './support/accessibility.mjs';
import { callsOf, refuse } from './support/settings.mjs';
import { settle, useBrowser } from './support/world.mjs';

const browser = useBrowser();

const field = (page) => page.getByRole('textbox', { name: /^Message to/ });
const row = (page, name) => page.getByRole('listitem', { name });
/** Opens the menu of a message and takes one thing from it. */
async function choose(page, name, item) {
  await row(page, name).locator('.bubble').click({ button: 'right' });
  await page.getByRole('menuitem', { name: item }).click();
}

/** The chat that has a message of every kind. */
async function open(options) {
  const opened = await browser.open('state=full&open=full', options);
  await row(opened.page, /The rope is in my car/).waitFor();
  return opened;
}

describe('a message shows', () => {
  it('that it was edited, deleted, forwarded, and what it answers', async () => {
    const { page, done } = await open();
    const edited = row(page, /The later bus/).getByText('edited', { exact: true });
    assert.equal(await edited.getAttribute('title'), 'Before: The early bus is fine too');
    await row(page, /Message deleted/).waitFor();
    assert.match(await row(page, /Pin the toolchain/).innerText(), /Forwarded from\s+Eva/);
    await row(page, /Yo, como siempre/)
      .getByRole('button', { name: 'Answer to Tomás Rivera: ¿Quién trae el café?. Go there' })
      .waitFor();
    await done();
  });

  it('its marks as shapes, and never as markup', async () => {
    const { page, done } = await open();
    assert.equal(
      await row(page, /Pin the toolchain/)
        .locator('code')
        .innerText(),
      'rustup override set stable',
    );
    const text = row(page, /can you share/).locator('.text');
    assert.equal(await text.locator('strong').innerText(), 'track');
    assert.equal(await text.locator('em').innerText(), 'notes');
    assert.equal(await text.locator('s').innerText(), 'not');
    assert.equal(await text.locator('.mention.me').innerText(), '@Mira Lindqvist');
    assert.equal(await text.locator('.quote').innerText(), 'Lower car park at seven');
    await field(page).fill('<img src=x onerror=alert(1)> *<b>x</b>*');
    await page.keyboard.press('Enter');
    const sent = row(page, /onerror/).locator('.text');
    assert.equal(await sent.locator('strong').innerText(), '<b>x</b>');
    assert.equal(await sent.locator('img[src="x"], b').count(), 0);
    await done();
  });

  it('fields it came with and who reacted, in the information about it', async () => {
    const { page, done } = await open();
    const info = page.getByRole('complementary', { name: 'Message info' });
    await choose(page, /can you share/, 'Info');
    await info.getByText('{"id":7}').waitFor();
    await page.keyboard.press('Escape');
    await choose(page, /The view this morning/, 'Info');
    await info.getByText('🔥').first().waitFor();
    assert.equal(await info.locator('li').count(), 7);
    await page.keyboard.press('Escape');
    await choose(page, /The later bus/, 'Info');
    await info.getByText('The early bus is fine too').waitFor();
    await done();
  });

  for (const colorScheme of ['light', 'dark']) {
    it(`all of that accessibly, ${colorScheme}`, async () => {
      const { page, done } = await open({ colorScheme });
      await settle(page);
      assert.deepEqual(await violations(page), []);
      await done();
    });
  }
});

describe('a quote', () => {
  it('leads to its message, and says when that is gone', async () => {
    const { page, done } = await open();
    await row(page, /Yo, como siempre/)
      .getByRole('button', { name: /^Answer to/ })
      .click();
    await page.waitForFunction(() =>
      /¿Quién trae el café/.test(document.activeElement?.getAttribute('aria-label') ?? ''),
    );
    await page.evaluate(() => {
      const all = [...window.fake.world.messages.values()].flat();
      const original = all.find((each) => each.text.startsWith('¿Quién'));
      window.fake.drop(original.dialogId, (each) => each.id === original.id);
    });
    await row(page, /Yo, como siempre/)
      .getByRole('button', { name: /^Answer to/ })
      .click();
    await page.getByText('That message is no longer here.').first().waitFor();
    await done();
  });

  it('leads far back without what lies between', async () => {
    const { page, done } = await open();
    await page.evaluate(() => {
      const items = window.fake.messagesOf(window.fake.world.bySlug.get('full'));
      const old = items[10];
      window.fake.change(items.at(-1), {
        reply: { messageId: old.id, senderId: old.senderId, text: 'far away', attachment: null },
      });
      window.far = old.id;
    });
    await page.getByRole('button', { name: /Answer to .*far away/ }).click();
    await page.waitForFunction(() => document.activeElement?.dataset?.id === window.far);
    assert.ok((await page.locator('.message-row').count()) < 120);
    await done();
  });
});

describe('editing', () => {
  it('starts with the arrow in an empty field, and Escape brings the draft back', async () => {
    const { page, done } = await open();
    await field(page).focus();
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction(() => document.activeElement.value === 'The rope is in my car');
    await page.getByRole('group', { name: 'Edit message' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: 'Edit message' }).waitFor({ state: 'detached' });
    assert.equal(await field(page).inputValue(), '');
    await field(page).fill('half a thought');
    await choose(page, /The rope is in my car/, 'Edit');
    await page.waitForFunction(() => document.activeElement.value === 'The rope is in my car');
    await field(page).fill('The rope is in my bag');
    await page.keyboard.press('Enter');
    await row(page, /The rope is in my bag/)
      .getByText('edited', { exact: true })
      .waitFor();
    assert.equal(await field(page).inputValue(), 'half a thought');
    assert.deepEqual(
      (await callsOf(page, 'editMessage')).map(([, text]) => text),
      ['The rope is in my bag'],
    );
    assert.deepEqual(await callsOf(page, 'sendMessage'), []);
    await done();
  });

  it('keeps the words and says so when it is refused, and asks nothing when nothing changed', async () => {
    const { page, done } = await open();
    await field(page).focus();
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction(() => document.activeElement.value !== '');
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Edit message' }).waitFor({ state: 'detached' });
    assert.deepEqual(await callsOf(page, 'editMessage'), []);
    await refuse(page, 'editMessage', { kind: 'forbidden' });
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction(() => document.activeElement.value !== '');
    await field(page).fill('other words');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.equal(await field(page).inputValue(), 'other words');
    await done();
  });

  it('is for messages of mine alone', async () => {
    const { page, done } = await open();
    await row(page, /The later bus/)
      .locator('.bubble')
      .click({ button: 'right' });
    assert.equal(await page.getByRole('menuitem', { name: 'Edit' }).count(), 0);
    assert.equal(await page.getByRole('menuitem', { name: 'Delete for everyone' }).count(), 0);
    await done();
  });
});

describe('deleting', () => {
  it('for me takes the message away, after a question', async () => {
    const { page, done } = await open();
    await choose(page, /The later bus/, 'Delete for me');
    const sheet = page.getByRole('dialog', { name: 'Delete this message?' });
    await sheet.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(await callsOf(page, 'deleteMessages'), []);
    await choose(page, /The later bus/, 'Delete for me');
    await sheet.getByRole('button', { name: 'Delete for me' }).click();
    await row(page, /The later bus/).waitFor({ state: 'detached' });
    assert.equal((await callsOf(page, 'deleteMessages'))[0][2], false);
    await done();
  });

  it('for everyone leaves a line', async () => {
    const { page, done } = await open();
    await choose(page, /The rope is in my car/, 'Delete for everyone');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click();
    await row(page, /The rope is in my car/).waitFor({ state: 'detached' });
    assert.equal(await row(page, /Message deleted/).count(), 2);
    await done();
  });

  it('says why it did not work, and stays open', async () => {
    const { page, done } = await open();
    await refuse(page, 'deleteMessages', { kind: 'offline' });
    await choose(page, /The rope is in my car/, 'Delete for me');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    await page.getByRole('dialog').getByText('You are offline').waitFor();
    await done();
  });
});

describe('reacting', () => {
  it('toggles by a press on what is there', async () => {
    const { page, done } = await open();
    const message = row(page, /The view this morning/);
    const fire = message.getByRole('button', { name: '🔥, 2 people' });
    assert.equal(await fire.getAttribute('aria-pressed'), 'false');
    await fire.click();
    await message.getByRole('button', { name: '🔥, 3 people and you among them' }).click();
    await message.getByRole('button', { name: '🔥, 2 people' }).waitFor();
    assert.deepEqual(
      (await callsOf(page, 'react')).map(([, ...rest]) => rest),
      [
        ['🔥', true],
        ['🔥', false],
      ],
    );
    await done();
  });

  it('is done by keys alone: the quick bar, then any other emoji, which is a quick one next time', async () => {
    const { page, done } = await open();
    await row(page, /The rope is in my car/).focus();
    await page.keyboard.press('e');
    await page.getByRole('toolbar', { name: 'React' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await row(page, /The rope is in my car/)
      .getByRole('button', { name: '❤️, 1 person, you' })
      .waitFor();
    assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /The rope/);
    await page.keyboard.press('e');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await page.getByRole('option', { name: 'rocket', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await row(page, /The rope is in my car/)
      .getByRole('button', { name: '🚀, 1 person, you' })
      .waitFor();
    await row(page, /The later bus/).focus();
    await page.keyboard.press('e');
    assert.equal(
      await page.getByRole('toolbar', { name: 'React' }).getByRole('button').first().innerText(),
      '🚀',
    );
    assert.deepEqual(await violations(page), []);
    await done();
  });

  it('is offered beside the menu, which hides neither it nor the message', async () => {
    const { page, done } = await open();
    const bubble = row(page, /The later bus/).locator('.bubble');
    await bubble.click({ button: 'right' });
    const bar = page.getByRole('toolbar', { name: 'React' });
    await bar.waitFor();
    const boxes = await Promise.all([bar, page.getByRole('menu'), bubble].map((each) => each.boundingBox()));
    const apart = (a, b) =>
      a.y + a.height <= b.y || b.y + b.height <= a.y || a.x + a.width <= b.x || b.x + b.width <= a.x;
    assert.ok(apart(boxes[0], boxes[1]), JSON.stringify(boxes));
    await bar.getByRole('button', { name: '👍' }).click();
    await row(page, /The later bus/)
      .getByRole('button', { name: '👍, 1 person, you' })
      .waitFor();
    assert.equal(await page.getByRole('menu').count(), 0);
    await done();
  });
});

describe('answering', () => {
  it('names what is answered, and waits with the draft', async () => {
    const { page, done } = await open();
    await choose(page, /The later bus/, 'Reply');
    await page.getByRole('group', { name: 'Reply to Tomás Rivera' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: 'Reply to Tomás Rivera' }).waitFor({ state: 'detached' });
    await row(page, /The later bus/).focus();
    await page.keyboard.press('r');
    await page.keyboard.type('Fine with me');
    await page
      .getByRole('button', { name: /Olena Kovalenko/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Olena Kovalenko' }).waitFor();
    await page
      .getByRole('button', { name: /Field notes/ })
      .first()
      .click();
    await page.getByRole('group', { name: 'Reply to Tomás Rivera' }).waitFor();
    await field(page).focus();
    await page.keyboard.press('Enter');
    await row(page, /Fine with me/)
      .getByRole('button', { name: 'Answer to Tomás Rivera: The later bus is fine too. Go there' })
      .waitFor();
    assert.equal(await page.getByRole('group', { name: /^Reply to/ }).count(), 0);
    await done();
  });
});

describe('selecting', () => {
  it('copies, forwards and deletes several at once, and Escape ends it', async () => {
    const { page, done } = await open();
    await choose(page, /The later bus/, 'Select');
    await page.getByRole('toolbar', { name: '1 message selected' }).waitFor();
    assert.equal(await field(page).isVisible(), false);
    await row(page, /The view this morning/)
      .getByRole('checkbox')
      .click();
    const bar = page.getByRole('toolbar', { name: '2 messages selected' });
    await bar.waitFor();
    assert.deepEqual(await violations(page), []);
    await bar.getByRole('button', { name: 'Copy' }).click();
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      'Olena Kovalenko: The view this morning\nTomás Rivera: The later bus is fine too',
    );
    await field(page).waitFor();

    await choose(page, /The later bus/, 'Select');
    await row(page, /The view this morning/).focus();
    await page.keyboard.press('Space');
    await bar.getByRole('button', { name: 'Delete' }).click();
    await page
      .getByRole('dialog', { name: 'Delete 2 messages?' })
      .getByRole('button', { name: 'Delete for me' })
      .click();
    await row(page, /The later bus/).waitFor({ state: 'detached' });
    assert.equal((await callsOf(page, 'deleteMessages'))[0][1].length, 2);

    await choose(page, /The rope/, 'Select');
    await page.getByRole('toolbar', { name: '1 message selected' }).waitFor();
    await row(page, /The rope/).focus();
    await page.keyboard.press('Escape');
    await field(page).waitFor();
    await done();
  });
});

describe('forwarding', () => {
  it('sends to several chats with a comment, and says so', async () => {
    const { page, done } = await open();
    await choose(page, /The later bus/, 'Forward');
    const sheet = page.getByRole('dialog', { name: 'Forward message' });
    await sheet.getByRole('checkbox', { name: 'Jonas Weber' }).click();
    await sheet.getByRole('textbox', { name: 'Search chats' }).fill('ridge');
    await sheet.getByRole('checkbox', { name: 'Ridge Walk' }).click();
    await sheet.getByRole('textbox', { name: 'Add a comment' }).fill('for you');
    assert.deepEqual(await violations(page), []);
    await sheet.getByRole('button', { name: 'Forward to 2 chats' }).click();
    await page.getByText('Forwarded to 2 chats').first().waitFor();
    const [[ids, chats, comment]] = await callsOf(page, 'forwardMessages');
    assert.deepEqual([ids.length, chats.length, comment], [1, 2, 'for you']);
    await done();
  });
});

describe('the composer', () => {
  it('completes the people of the chat and tells who is mentioned', async () => {
    const { page, done } = await open();
    await field(page).focus();
    await page.keyboard.type('so @to');
    await page.getByRole('option', { name: 'Tomás Rivera' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('and @jon');
    await page.getByRole('option', { name: 'Jonas Weber' }).click();
    await page.waitForFunction(() => document.activeElement.value === 'so @Tomás Rivera and @Jonas Weber ');
    await page.keyboard.press('Enter');
    await row(page, /so @Tomás Rivera/).waitFor();
    const [[, , { mentions }]] = await callsOf(page, 'sendMessage');
    assert.equal(mentions.length, 2);
    assert.equal(
      await row(page, /so @Tomás/)
        .locator('.mention')
        .count(),
      2,
    );
    await done();
  });

  it('puts marks around what is selected', async () => {
    const { page, done } = await open();
    await field(page).fill('big news');
    await field(page).evaluate((node) => node.setSelectionRange(0, 3));
    await page.keyboard.press('Control+b');
    await page.waitForFunction(() => document.activeElement.value === '*big* news');
    await page.keyboard.press('Control+i');
    await page.waitForFunction(() => document.activeElement.value === '*_big_* news');
    await done();
  });

  it('sends silently from the menu of its button', async () => {
    const { page, done } = await open();
    await field(page).fill('no hurry');
    await page.getByRole('button', { name: 'Send' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: /Send silently/ }).click();
    await row(page, /no hurry/).waitFor();
    const [[, , { silent }]] = await callsOf(page, 'sendMessage');
    assert.equal(silent, true);
    await done();
  });
});

describe('the day', () => {
  it('opens a calendar that leads to another day', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page.getByRole('button', { name: 'Today. Go to another day' }).click();
    const calendar = page.getByRole('dialog', { name: 'Go to a day' });
    await calendar.waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await calendar.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Wednesday\. Go to another day/ }).waitFor();
    await page.waitForFunction(() => document.activeElement?.classList.contains('message-row'));
    await done();
  });

  it('has no days to come, and Escape gives the focus back', async () => {
    const { page, done } = await browser.open('open=ridge');
    await page.getByRole('button', { name: 'Today. Go to another day' }).click();
    const calendar = page.getByRole('dialog', { name: 'Go to a day' });
    assert.ok(
      await calendar.getByRole('button', { name: /21 November 2026|November 21, 2026/ }).isDisabled(),
    );
    await page.keyboard.press('Escape');
    await calendar.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Today');
    await done();
  });
});
