// What waits to be sent, in the real window: a backend that does not answer, messages written before and after that is
// noticed, the outbox, and everything that goes in order once the backend is back; then a message for later and one that is
// taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';

/** The connection is given up some time after the last answer, and the line says so a little later. */
const GIVEN_UP_MS = 120_000;

/** What is left of all that was written while the backend did not answer. */
const SENT = ['First the lake', 'Then the old mill', 'Bring two boats'];

const desktop = new Desktop('outbox');
let page;
let beatrice;
let ada;
let dialog;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await tryHere(page);
  beatrice = await SdkPerson.signUp({ ready: desktop.backend() }, 'beatrice');
  ada = (await beatrice.cube.users.getV2({ login: 'ada.byron' })).items[0].id;
  dialog = await beatrice.privateDialog(ada);
  beatrice.send(ada, dialog, 'Shall we go?');
  await page.openChat('Shall we go?');
  await page.named('.message-row', 'Shall we go?');
});

after(async () => {
  freeze(false);
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** Stops the backend where it stands, or lets it go on. */
function freeze(on) {
  try {
    process.kill(desktop.backendPid(), on ? 'SIGSTOP' : 'SIGCONT');
  } catch {
    // Never started, or gone with its last lease.
  }
}

async function write(text) {
  const field = await page.element('.composer textarea');
  await page.click(field);
  await page.keys(field, text + ENTER);
}

/** What the rows of the outbox say, in their order. */
function outbox() {
  return page.run(`() => [...document.querySelectorAll('.outbox .said')].map((row) => row.innerText)`);
}

/** Presses a button of the row with this text. */
async function pressIn(text, label) {
  await until(`“${label}” at “${text}”`, () =>
    page.run(
      `(text, label) => { const row = [...document.querySelectorAll('.outbox li')].find((each) => each.innerText.includes(text));
         const button = [...(row?.querySelectorAll('button') ?? [])].find((each) =>
           (each.getAttribute('aria-label') ?? each.innerText).includes(label));
         button?.click(); return button !== undefined; }`,
      text,
      label,
    ),
  );
}

async function openOutbox() {
  await page.accountMenu('Outbox');
  await page.named('h2', 'Outbox');
}

/** The texts that came to Beatrice from Ada, in the order of the history. */
async function kept() {
  const { items } = await beatrice.cube.chat.message.list({
    chat_dialog_id: dialog,
    sort_asc: 'date_sent',
    limit: 100,
  });
  return items.filter((item) => item.sender_id === ada).map((item) => item.message);
}

test('what is written while the backend does not answer waits in the outbox', async () => {
  freeze(true);
  for (const text of ['First the lake', 'Then the mill', 'And home by six']) await write(text);
  await page.named('.message-row', 'And home by six');
  await openOutbox();
  await until('the three in their order', async () => (await outbox()).length === 3);
  assert.deepEqual(await outbox(), ['First the lake', 'Then the mill', 'And home by six']);
  // Once the silence has been noticed nothing is on the line any more, and the line leads here.
  await page.sees('on its way when the connection was lost', GIVEN_UP_MS);
  desktop.shot('waiting');
  await page.openChat('And home by six');
  for (const text of ['Bring a cake', 'Bring a boat']) await write(text);
  await openOutbox();
  await until('all five', async () => (await outbox()).length === 5);
  await page.sees('after the one above');
  desktop.shot('offline');
});

test('what has not left is changed and cancelled here; what may have left, behind itself', async () => {
  await change('Bring a boat', 'Bring two boats');
  await pressIn('Bring a cake', 'Do not send');
  await page.sees('Not sent, and gone from this computer.');
  await change('Then the mill', 'Then the old mill');
  await pressIn('And home by six', 'Do not send');
  await page.sees('It was on its way already, and is deleted for everyone.');
  await until('three rows', async () => (await outbox()).length === 3);
  desktop.shot('changed');
});

test('the rest is sent in order when the backend answers again, and the other side ends with the same', async () => {
  freeze(false);
  await pressNow();
  await page.sees('Everything is sent', GIVEN_UP_MS);
  await beatrice.hears('Bring two boats');
  await until('the same on the server', async () => (await kept()).join() === SENT.join());
  assert.ok(!beatrice.heard('Bring a cake'), 'what had not left was never sent');
  assert.ok(!beatrice.heard('Bring a boat'), 'nor were the words before');
  desktop.shot('sent');
});

/** Changes the words of a row. */
async function change(text, other) {
  await pressIn(text, 'Edit');
  const field = await page.element('.outbox textarea');
  await page.call('POST', `/element/${field}/clear`, {});
  await page.keys(field, `${other}${ENTER}`);
  await until(`“${other}” in its row`, async () => (await outbox()).includes(other));
}

/** Does not wait for the next turn of the connection, if it is still waiting. */
async function pressNow() {
  await page.run(
    `() => [...document.querySelectorAll('.outbox button')].find((each) => each.innerText.includes('Try now'))?.click()`,
  );
}

test('a message for later stands in the conversation with its time, and goes when one says so', async () => {
  await page.openChat('Bring two boats');
  const field = await page.element('.composer textarea');
  await page.click(field);
  await page.keys(field, 'Happy birthday!');
  await page.run(
    `() => document.querySelector('.composer button[aria-label=Send]').dispatchEvent(
       new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))`,
  );
  await page.press('[role=menuitem]', 'Send later');
  desktop.shot('schedule');
  await page.press('dialog label', 'Tomorrow morning');
  await page.press('dialog footer button', 'Send later');
  await page.sees('Will be sent tomorrow at');
  desktop.shot('scheduled');
  assert.deepEqual(await kept(), SENT);
  await page.press('button', 'What to do with this message');
  await page.press('[role=menuitem]', 'Send now');
  await beatrice.hears('Happy birthday!');
  await page.named('.message-row', 'Happy birthday!');
});

test('a message is taken back in time once that is turned on', async () => {
  await page.accountMenu('Settings');
  await page.press('nav button', 'Sending');
  await page.press('main button', 'Undo send');
  await page.press('[role=menuitemradio]', '30 seconds');
  desktop.shot('setting');
  await page.press('nav button', 'Back');
  await write('Too sooon');
  await page.sees('Sending in');
  desktop.shot('undo');
  await page.press('.undo button', 'Undo');
  await until('the words in the field', () =>
    page.run(`() => document.querySelector('textarea').value === 'Too sooon'`),
  );
  assert.deepEqual(await kept(), [...SENT, 'Happy birthday!']);
});
