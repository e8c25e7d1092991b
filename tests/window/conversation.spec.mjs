// A conversation in the real window beyond its changes: a card of a link, an emoji by its name, a silent message, one that is
// passed on to two chats, several that are deleted, one that is refused, what counts as read and where, what came and went
// while the app was closed, a day far back, and what is missing while the server is away. People with the official SDK are the
// others, and a service of the test takes the alerts.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { Inbox } from '../sdk/support/inbox.mjs';
import { ago, SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { signIn } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';
const LEFT = '\uE012';
const MENU_ITEM = '[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]';

/** Lines of each of two days: together many times what is loaded when a chat is opened. */
const LINES = 200;
/** A line that is cut is noticed by its silence. */
const NOTICED_MS = 90_000;

const desktop = new Desktop('conversation');
const alerts = new Inbox('the service for alerts');
let service;
let backend;
let page;
/** The person in the window, on another device. */
let ada;
let beatrice;
let clara;
/** Somebody who is away, so that messages alert her. */
let dora;
let dialog;
let withClara;
let withDora;
let group;

before(async () => {
  service = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      alerts.push(JSON.parse(Buffer.concat(parts).toString()));
      response.end();
    });
  });
  await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));
  backend = await Backend.start(`[alerts]\nwebhook = "http://127.0.0.1:${service.address().port}/"\n`);
  ada = await SdkPerson.signUp(backend, 'ada');
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  clara = await SdkPerson.signUp(backend, 'clara');
  dora = await SdkPerson.signUp(backend, 'dora');
  dialog = await beatrice.privateDialog(ada.id);
  group = await beatrice.group('Harbour', [ada.id]);
  withClara = await clara.privateDialog(ada.id);
  withDora = await dora.privateDialog(ada.id);
  // Younger messages do not count as gone when a page of the history lacks them.
  await clara.isSent(clara.send(ada.id, withClara, 'Hello from Clara', ago(600)));
  await dora.isSent(dora.send(ada.id, withDora, 'Hello from Dora'));
  await dora.disconnect();
  await beatrice.isSent(beatrice.send(group, group, 'Hello, harbour'));
  // One each minute from ten o'clock on, three days ago and the day after, and then one of today.
  for (let n = 1; n <= 2 * LINES; n += 1) {
    const line = { date_sent: morning(n <= LINES ? 3 : 2) + n * 60 };
    beatrice.send(ada.id, dialog, `line ${n}`, line);
  }
  await beatrice.isSent(beatrice.send(ada.id, dialog, 'Good morning'));
  await desktop.open();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: ada.password });
  await page.openChat('Good morning');
  // It opens at the first of the unread lines, which is far back.
  await page.press('button', 'Go to the newest message');
  await row('Good morning');
});

after(async () => {
  await Promise.all([ada, beatrice, clara, dora].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
  service.close();
});

inOrder(desktop);

/** Ten o'clock some days ago, as unix seconds: a day of this computer, whenever the test runs. */
function morning(days) {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, 10).getTime() / 1000;
}

/** The line of the conversation that has this text. */
function row(text) {
  return page.named('.message-row', text);
}

function rowsWith(text) {
  return page.run(
    `(text) => [...document.querySelectorAll('.message-row')].filter((row) => row.innerText.includes(text)).length`,
    text,
  );
}

/** The numbers of the lines that are loaded. */
function lines() {
  return page.run(
    `() => [...document.querySelectorAll('.message-row')].map((row) => Number(/line (\\d+)/.exec(row.innerText)?.[1])).filter(Boolean)`,
  );
}

/** Opens a chat. A row on its way to another place cannot be pressed. */
async function open(id) {
  await page.element(`[data-dialog="${id}"]`);
  await until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
  await page.click(await page.element(`[data-dialog="${id}"]`));
}

/** Which message of a chat has this text. */
async function idOf(chat, text) {
  const { items } = await ada.cube.chat.message.list({ chat_dialog_id: chat, mark_as_read: 0 });
  return items.find((item) => item.message === text)._id;
}

async function write(text) {
  const field = await page.element('.composer textarea');
  await page.click(field);
  await page.keys(field, text);
}

/** Chooses from the menu of a message. */
async function choose(text, entry) {
  await page.rightClick(await page.named('.message-row .bubble', text));
  await page.press(MENU_ITEM, entry);
}

/** Keys for whatever has the focus. */
async function keys(text) {
  await page.keys(Object.values(await page.call('GET', '/element/active'))[0], text);
}

test('a link that came with a card shows it, with the host that the link has', async () => {
  const url = 'https://alpine-huts.example/winter-rules';
  beatrice.send(ada.id, dialog, `Read this: ${url}`, {
    link_preview: JSON.stringify({
      url,
      title: 'Winter rules for small huts',
      description: 'Ten people per booking from November.',
      site: 'Alpine Huts',
    }),
  });
  await row('Winter rules for small huts');
  const shown = await page.run(
    `() => [...document.querySelectorAll('.message-row')].find((row) => row.innerText.includes('Winter rules')).innerText`,
  );
  for (const words of ['Ten people per booking from November.', 'alpine-huts.example']) {
    assert.ok(shown.includes(words), shown);
  }
  desktop.shot('card');
});

test('an emoji is written by its name', async () => {
  await write('Fine with me :smile:');
  desktop.shot('emoji');
  await until('the emoji in the field', () =>
    page.run(
      `() => /^Fine with me \\p{Extended_Pictographic}\\uFE0F?$/u.test(document.querySelector('.composer textarea').value.trim())`,
    ),
  );
  const text = await page.run(`() => document.querySelector('.composer textarea').value.trim()`);
  await keys(ENTER);
  await beatrice.hears(text);
});

/** How many unread messages the row of a chat shows, in each chat that has any. */
function unread() {
  return page.run(
    `() => Object.fromEntries([...document.querySelectorAll('[data-dialog]')]
       .map((row) => [row.dataset.dialog, Number(row.querySelector('.badge')?.innerText ?? 0)])
       .filter(([, count]) => count > 0))`,
  );
}

/** Waits until the list shows these counts and no others, and the server says the same. */
async function unreadIs(wanted) {
  let shown;
  const agrees = async () => {
    shown = await unread();
    return JSON.stringify(Object.entries(shown).sort()) === JSON.stringify(Object.entries(wanted).sort());
  };
  await until(`the counts ${JSON.stringify(wanted)}`, agrees).catch((error) => {
    throw new Error(`${error.message}, not ${JSON.stringify(shown)}`);
  });
  // The window counts at once, and tells the server behind it.
  for (const id of [dialog, withClara, withDora, group]) {
    await until(
      `the server’s count of ${id}`,
      async () => (await ada.dialog(id)).unread_messages_count === (wanted[id] ?? 0),
    );
  }
}

async function writeSilently(text) {
  await write(text);
  await page.rightClick(await page.element('.composer button[aria-label=Send]'));
  await page.press(MENU_ITEM, 'Send silently');
}

test('a silent message arrives like any other, and alerts nobody', async () => {
  await writeSilently('No hurry');
  const { message } = await beatrice.hears('No hurry');
  assert.equal(message.extension.silent, '1');
  await open(withDora);
  await row('Hello from Dora');
  await writeSilently('When you are back');
  await row('When you are back');
  await write(`Dinner at eight?${ENTER}`);
  const alert = await alerts.next('the alert of the other', (one) => one.text === 'Dinner at eight?');
  assert.deepEqual([alert.user_id, alert.sender_id, alert.dialog_id], [dora.id, ada.id, withDora]);
  assert.deepEqual(
    alerts.kept((one) => one.user_id === dora.id),
    [],
  );
  assert.deepEqual((await ada.history(withDora, { mark_as_read: 0 })).slice(-2), [
    'When you are back',
    'Dinner at eight?',
  ]);
  await open(dialog);
  await row('No hurry');
});

test('a message is passed on to two chats at once, with a comment', async () => {
  await choose('Good morning', 'Forward');
  await page.press('dialog[open] [role=checkbox]', 'clara');
  await page.press('dialog[open] [role=checkbox]', 'Harbour');
  await page.fill('Add a comment', 'She says:');
  desktop.shot('forward');
  await page.press('dialog[open] button', 'Forward to 2 chats');
  for (const person of [clara, beatrice]) {
    await person.hears('She says:');
    const { message } = await person.hears('Good morning');
    assert.equal(message.extension.forwarded_from, String(beatrice.id));
  }
});

test('several messages are chosen and deleted, for oneself alone', async () => {
  await choose('No hurry', 'Select');
  const [other] = Object.values(
    await page.run(
      `() => [...document.querySelectorAll('.message-row')].find((row) => row.innerText.includes('Fine with me'))
         .querySelector('[role=checkbox]')`,
    ),
  );
  await page.click(other);
  await page.sees('2 messages selected');
  desktop.shot('selected');
  await page.press('[role=toolbar] button', 'Delete');
  await page.press('dialog[open] button', 'Delete for me');
  await until(
    'both to be gone',
    async () => (await rowsWith('No hurry')) + (await rowsWith('Fine with me')) === 0,
  );
  const newest = { sort_desc: 'date_sent', sort_asc: undefined };
  await until('both to be gone from the server', async () => {
    const left = await ada.history(dialog, newest);
    return !left.some((text) => text === 'No hurry' || text.startsWith('Fine with me'));
  });
  const kept = await beatrice.history(dialog, newest);
  assert.ok(kept.includes('No hurry'), 'the other side keeps it');
});

test('a message that is refused says why, with the ways out, and goes when the way is free again', async () => {
  const { privacylist } = beatrice.cube.chat;
  await privacylist.create({
    name: 'quiet',
    items: [{ user_id: ada.id, action: 'deny', mutualBlock: false }],
  });
  await privacylist.setAsDefault('quiet');
  await write(`Are you there?${ENTER}`);
  await page.named('.failure', 'Not sent:');
  const ways = await page.run(
    `() => [...document.querySelectorAll('.failure button')].map((button) => button.innerText)`,
  );
  assert.deepEqual(ways, ['Retry', 'Edit', 'Delete']);
  desktop.shot('refused');
  await privacylist.setAsDefault(null);
  await page.press('.failure button', 'Retry');
  await beatrice.hears('Are you there?');
  await until('no word of a failure', async () =>
    page.run(`() => document.querySelector('.failure') === null`),
  );
});

test('what comes while the window is put aside is delivered and not read until it is looked at', async () => {
  desktop.putAway();
  await until('the window without the focus', () => page.run('() => !document.hasFocus()'));
  const sent = ['Seen yet?', 'And now?'].map((text, n) => beatrice.send(ada.id, dialog, text, ago(2 - n)));
  const marker = (kind, id) => (item) => item.kind === kind && item.id === id;
  for (const id of sent) await beatrice.inbox.next(`delivered of ${id}`, marker('delivered', id));
  for (const id of sent) assert.deepEqual(beatrice.inbox.kept(marker('read', id)), []);
  assert.equal((await ada.dialog(dialog)).unread_messages_count, 2);
  desktop.tool('wmctrl', ['-a', 'Cubist']);
  for (const id of sent) await beatrice.inbox.next(`read of ${id}`, marker('read', id));
  assert.equal((await ada.dialog(dialog)).unread_messages_count, 0);
});

test('a system message of another application is noted in the diagnostics, and disturbs nothing', async () => {
  beatrice.tell(ada.id, dialog, 'weather/changed');
  // Behind it on the same line.
  const id = beatrice.send(ada.id, dialog, 'Did you see the weather?');
  await beatrice.inbox.next(
    'read of the message behind it',
    (item) => item.kind === 'read' && item.id === id,
  );
  assert.equal(await rowsWith('weather/changed'), 0);
  await page.accountMenu('Settings');
  await page.press('nav button', 'Diagnostics');
  await page.sees('weather/changed');
  await page.sees(`from person ${beatrice.id}`);
  desktop.shot('diagnostics');
  await page.press('nav button', 'Back');
  await row('Did you see the weather?');
});

test('what is read on another device is not new here, and all can be marked as read at once', async () => {
  await unreadIs({ [withClara]: 1, [group]: 1 });
  desktop.shot('unread');
  const messageId = await idOf(withClara, 'Hello from Clara');
  ada.cube.chat.sendReadStatus({ messageId, userId: clara.id, dialogId: withClara });
  await unreadIs({ [group]: 1 });
  await page.accountMenu('Mark all as read');
  await unreadIs({});
});

test('what came and went while the app was closed is caught up with', async () => {
  await desktop.quit();
  const messageId = await idOf(withClara, 'Hello from Clara');
  clara.cube.chat.deleteMessage({ to: ada.id, dialogId: withClara, messageId });
  for (const text of ['One', 'Two', 'Three']) await clara.isSent(clara.send(ada.id, withClara, text));
  for (const text of ['Four', 'Five']) await beatrice.isSent(beatrice.send(group, group, text));
  page = await desktop.launch();
  await page.element('[aria-label="Chats"]');
  await unreadIs({ [withClara]: 3, [group]: 2 });
  await open(withClara);
  await row('Three');
  await until('what was deleted to be gone', async () => (await rowsWith('Hello from Clara')) === 0);
  await unreadIs({ [group]: 2 });
  await open(group);
  await row('Five');
  await unreadIs({});
  desktop.shot('caught-up');
});

test('a day leads to what was said on it, far back', async () => {
  await open(dialog);
  await row('And now?');
  const before = await lines();
  // The pill of the newest day: those above it are out of view.
  const days = `[...document.querySelectorAll('.day button')]`;
  await page.click(Object.values(await until('a day', () => page.run(`() => ${days}.at(-1)`)))[0]);
  await page.element('[aria-label="Go to a day"]');
  await keys(LEFT.repeat(2));
  desktop.shot('calendar');
  await keys(ENTER);
  const found = await until('a line of that day with the focus', () =>
    page.run(
      `() => Number(/line (\\d+)/.exec(document.activeElement?.closest('.message-row')?.innerText ?? '')?.[1])`,
    ),
  );
  assert.equal(found, LINES + 1, 'the first one of that day');
  assert.ok(!before.includes(found), `line ${found} had to be loaded`);
  desktop.shot('that-day');
});

/** Goes to the beginning of what is loaded. */
const upward = `document.querySelector('.message-row').closest('[role=region]').scrollTop = 0`;

test('what cannot be loaded is said in its place, and comes when the server is back', async () => {
  await backend.kill();
  await page.sees('Reconnecting', NOTICED_MS);
  const missing = await until('the place of what is missing', () =>
    page.run(`() => { ${upward}; return document.querySelector('.gap')?.innerText.trim() ?? ''; }`),
  );
  assert.match(missing, /^(Older messages are not on this computer|Messages are missing here)\s+Try again$/);
  const oldest = Math.min(...(await lines()));
  assert.ok(oldest > 1);
  desktop.shot('missing');
  await backend.restart();
  // Whichever comes first: the connection by itself, or the person who asks.
  await until(
    'what was missing',
    () =>
      page.run(
        `() => { ${upward};
           for (const name of ['Try now', 'Try again']) {
             [...document.querySelectorAll('button')].find((each) => each.innerText.trim() === name)?.click();
           }
           return [...document.querySelectorAll('.message-row')].some((row) => /line 1\\b/.test(row.innerText)); }`,
      ),
    NOTICED_MS,
  );
  assert.equal(await page.run(`() => document.querySelector('.gap')`), null);
  desktop.shot('whole');
});
