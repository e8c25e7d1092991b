// What becomes of messages in the real window, with somebody who has the official SDK looking on: a text is changed
// reacted to, answered and deleted, from either side, and both sides end with the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ago, SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const UP = '\uE013';
const ENTER = '\uE007';
const BACKSPACE = '\uE003';
const ESCAPE = '\uE00C';

/** More than is loaded when a chat is opened, so that a jump has to load where it goes. */
const BETWEEN = 90;

const desktop = new Desktop('messages');
let page;
/** The other person, who looks at the same chat. */
let beatrice;
/** Ada's number, and the chat of the two. */
let ada;
let dialog;
/** What Ada answers later, and what she changes first. */
let question;
let changed;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await tryHere(page);
  beatrice = await SdkPerson.signUp({ ready: desktop.backend() }, 'beatrice');
  listen(beatrice);
  ada = (await beatrice.cube.users.getV2({ login: 'ada.byron' })).items[0].id;
  dialog = await beatrice.privateDialog(ada);
  question = beatrice.send(ada, dialog, 'Where do we meet?', ago(60));
  await open('Where do we meet?');
  await row('Where do we meet?');
});

after(async () => {
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** Hears what is done to messages, with the names the guide gives the arguments. */
function listen({ cube, inbox }) {
  const heard =
    (kind, names) =>
    (...values) =>
      inbox.push({ kind, ...Object.fromEntries(names.map((name, index) => [name, values[index]])) });
  cube.chat.onMessageUpdateListener = heard('update', ['id', 'last', 'body', 'dialog', 'user']);
  cube.chat.onMessageReactionsListener = heard('reaction', ['id', 'user', 'dialog', 'add', 'remove']);
  cube.chat.onMessageDeleteListener = heard('delete', ['id', 'dialog', 'user']);
}

/** Waits until Beatrice is told that something was done to a message. */
function told(kind, id) {
  return beatrice.inbox.next(`${kind} of ${id}`, (item) => item.kind === kind && item.id === id);
}

/** Opens a chat by a word of its row; which row, too, where another may have the word. */
async function open(word, css = '[data-dialog]') {
  await page.named(css, word);
  // A row on its way to another place cannot be pressed.
  await until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
  await page.press(css, word);
}

/** How many lines of the conversation have this text. What was read out to somebody blind does not count. */
function rowsWith(text) {
  return page.run(
    `(text) => [...document.querySelectorAll('.message-row')].filter((row) => row.innerText.includes(text)).length`,
    text,
  );
}

/** How many lines the message with this id has: one while it is loaded. */
function rowsWithId(id) {
  return page.run(
    `(id) => [...document.querySelectorAll('.message-row')].filter((row) => row.dataset.id === id).length`,
    id,
  );
}

/** The line of the conversation that has this text. */
function row(text) {
  return page.named('.message-row', text);
}

async function write(text) {
  const field = await page.element('textarea');
  await page.click(field);
  await page.keys(field, text + ENTER);
}

function fieldHas(text) {
  return until(`“${text}” in the field`, () =>
    page.run(`(text) => document.querySelector('textarea').value === text`, text),
  );
}

/** Waits until the line with this text says something else, too. */
function rowSays(text, more) {
  return until(`“${more}” at “${text}”`, () =>
    page.run(
      `(text, more) => [...document.querySelectorAll('.message-row')].some((row) =>
         row.innerText.includes(text) && row.innerText.includes(more))`,
      text,
      more,
    ),
  );
}

/** The server has it: only then it can be changed. */
function isOut(text) {
  return until(`the tick of “${text}”`, () =>
    page.run(
      `(text) => { const row = [...document.querySelectorAll('.message-row')].find((each) => each.innerText.includes(text));
         const ticks = row?.querySelector('.ticks')?.getAttribute('aria-label');
         return ['sent', 'delivered', 'read'].includes(ticks); }`,
      text,
    ),
  );
}

/** The reactions of a line: emoji with count, a star where it is mine. */
function reactionsOf(text) {
  return page.run(
    `(text) => { const row = [...document.querySelectorAll('.message-row')].find((each) => each.innerText.includes(text));
       return [...(row?.querySelectorAll('.reactions button[aria-pressed]') ?? [])].map((button) =>
         button.innerText.replace(/\\s+/g, '') + (button.getAttribute('aria-pressed') === 'true' ? '*' : '')); }`,
    text,
  );
}

function reactionsAre(text, wanted) {
  return until(
    `${wanted} at “${text}”`,
    async () => JSON.stringify(await reactionsOf(text)) === JSON.stringify(wanted),
  );
}

/** A message as the server keeps it, or undefined. */
async function kept(id) {
  const { items } = await beatrice.cube.chat.message.list({ chat_dialog_id: dialog, limit: 100, _id: id });
  return items.find((item) => item._id === id);
}

test('the arrow up opens the last message again, and the other side sees the other text at once', async () => {
  await write('At the mill');
  const { message } = await beatrice.hears('At the mill');
  changed = message.id;
  await isOut('At the mill');
  const field = await page.element('textarea');
  await page.keys(field, UP);
  await fieldHas('At the mill');
  await page.sees('Edit message');
  desktop.shot('edit');
  await page.keys(field, `${BACKSPACE.repeat(4)}lake${ENTER}`);

  const update = await told('update', changed);
  assert.deepEqual([update.body, update.dialog, update.user], ['At the lake', dialog, ada]);
  await rowSays('At the lake', 'edited');
  const before = await page.run(
    `() => [...document.querySelectorAll('.stamp > span')].find((each) => each.innerText === 'edited')?.title`,
  );
  assert.equal(before, 'Before: At the mill');
  assert.equal(await rowsWith('At the mill'), 0, 'the old text is gone');
  await fieldHas('');
  assert.equal((await kept(changed)).message, 'At the lake');
  desktop.shot('edited');
});

test('Escape leaves a message as it was and gives the draft back', async () => {
  const field = await page.element('textarea');
  await page.keys(field, UP);
  await fieldHas('At the lake');
  await page.keys(field, ` or so${ESCAPE}`);
  await fieldHas('');
  await rowSays('At the lake', 'edited');
  assert.equal((await kept(changed)).message, 'At the lake');
});

test('what the other side changes is changed here', async () => {
  beatrice.cube.chat.editMessage({
    to: ada,
    dialogId: dialog,
    body: 'Where do we meet tonight?',
    originMessageId: question,
    last: false,
  });
  await rowSays('Where do we meet tonight?', 'edited');
});

test('a reaction is told, is answered with the same, and is taken back', async () => {
  const text = 'Where do we meet tonight?';
  await page.keys(await row(text), 'e');
  desktop.shot('react');
  await page.press('[role=toolbar] button', '👍');
  const added = await told('reaction', question);
  assert.deepEqual([added.add, added.user, added.dialog], ['👍', ada, dialog]);
  await reactionsAre(text, ['👍1*']);

  await beatrice.cube.chat.message.addReaction(question, '👍');
  await reactionsAre(text, ['👍2*']);
  desktop.shot('reacted');

  beatrice.inbox.forget((item) => item.kind === 'reaction');
  await page.press('.reactions button[aria-pressed=true]', '👍');
  assert.equal((await told('reaction', question)).remove, '👍');
  await reactionsAre(text, ['👍1']);
  assert.deepEqual(await beatrice.cube.chat.message.listReactions(question), { '👍': [beatrice.id] });
});

test('an answer quotes what it answers, and the quote leads there from far away', async () => {
  const text = 'Where do we meet tonight?';
  await page.keys(await row(text), 'r');
  await page.sees('Reply to beatrice');
  await write('By the boats');
  const { message } = await beatrice.hears('By the boats');
  assert.equal(message.extension.reply_to, question);
  assert.equal(message.extension.reply_sender, String(beatrice.id));
  assert.equal(message.extension.reply_text, text);
  await page.named('.message-row button', `Answer to beatrice: ${text}`);

  const between = ago(30);
  for (let n = 1; n <= BETWEEN; n += 1) beatrice.send(ada, dialog, `${n} things to take along`, between);
  await row(`${BETWEEN} things to take along`);
  beatrice.send(ada, dialog, 'Yes, there', {
    reply_to: question,
    reply_sender: String(beatrice.id),
    reply_text: text,
  });
  await row('Yes, there');
  await open('Mira Okafor');
  await row('Tomatoes');
  await open('beatrice', `[data-dialog="${dialog}"]`);
  // It opens at the first of the unread lines.
  await page.press('button', 'Go to the newest message');
  await row('Yes, there');
  assert.equal(await rowsWithId(question), 0, 'the original is not loaded');
  desktop.shot('quoted');
  await page.press('.message-row button', `Answer to beatrice: ${text}`);
  await until('the original in view, with the focus', () =>
    page.run(
      `(id) => { const row = document.activeElement;
         if (row?.dataset.id !== id) return false;
         const view = row.closest('[role=region]').getBoundingClientRect();
         const box = row.getBoundingClientRect();
         return box.top >= view.top && box.bottom <= view.bottom; }`,
      question,
    ),
  );
  desktop.shot('jumped');
});

test('what is deleted for everyone is gone for the one who looks', async () => {
  await page.press('button', 'Go to the newest message');
  await write('My secret');
  const { message } = await beatrice.hears('My secret');
  await isOut('My secret');
  await page.keys(await row('My secret'), '\uE008\uE03A\uE000');
  await page.press('[role=menuitem]', 'Delete for everyone');
  desktop.shot('delete');
  await page.press('dialog button', 'Delete for everyone');

  const gone = await told('delete', message.id);
  assert.deepEqual([gone.dialog, gone.user], [dialog, ada]);
  await row('Message deleted');
  await until('the text to be gone', async () => (await rowsWith('My secret')) === 0);
  assert.equal(await kept(message.id), undefined);
  desktop.shot('deleted');
});

test('what the other side deletes goes while one looks at it', async () => {
  const id = beatrice.send(ada, dialog, 'Wrong chat, sorry');
  await row('Wrong chat, sorry');
  // Of what nobody has seen no line remains.
  await told('read', id);
  beatrice.cube.chat.deleteMessage({ to: ada, dialogId: dialog, messageId: id });
  await until('the text to be gone', async () => (await rowsWith('Wrong chat, sorry')) === 0);
  // A line remains for each of the two that were deleted.
  assert.equal(await rowsWith('Message deleted'), 2);
  desktop.shot('deleted-by-them');
});
