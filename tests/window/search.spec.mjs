// Search in the real window, in a chat with thousands of messages: a filter, a hit far back, and the way there and back.
// In the same chat: what is looked at stays where it is while older messages and late heights come in above it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const ENTER = '\uE007';
const ESCAPE = '\uE00C';
const DOWN = '\uE015';
const CONTROL = '\uE009';
const NULL = '\uE000';

/** Messages between the one that is looked for and the newest. */
const BETWEEN = 5_000;
/** Messages that are on their way at once. */
const AT_ONCE = 250;

const NEEDLE = 'The lantern hangs in the boathouse, see https://boats.example/lantern';
const LAST = 'That was everything for now';

/** Rows of many heights: what keeping a place is about. */
const WORDS = [
  'Yes',
  'On my way',
  'Could you send me the address again? I only remember the street, and the map shows two of them.',
  'The first half is fine, the second half needs a figure that shows how the parts hang together, because by page four nobody remembers which was which.',
  'No hurry',
  'It rained so hard that the path below the chapel is gone.\n\nThe upper one works but takes half an hour more.',
];

const desktop = new Desktop('search');
let page;
let beatrice;
let ada;
let dialog;
let needle;

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await tryHere(page);
  beatrice = await SdkPerson.signUp({ ready: desktop.backend() }, 'beatrice');
  ada = (await beatrice.cube.users.getV2({ login: 'ada.byron' })).items[0].id;
  dialog = await beatrice.privateDialog(ada);
  // One each minute, up to now.
  const begin = Math.floor(Date.now() / 1000) - (BETWEEN + 2) * 60;
  needle = beatrice.send(ada, dialog, NEEDLE, { date_sent: begin });
  for (let n = 1; n <= BETWEEN; n += 1) {
    beatrice.send(ada, dialog, `${n}: ${WORDS[n % WORDS.length]}`, { date_sent: begin + n * 60 });
    if (n % AT_ONCE === 0) await kept(`${n}: `);
  }
  beatrice.send(ada, dialog, LAST);
  await page.named('[data-dialog]', LAST, 120_000);
});

after(async () => {
  await beatrice?.disconnect();
  await desktop.close();
});

inOrder(desktop);

/** Waits until the server has the message that begins like this. */
async function kept(begin) {
  await until(`“${begin}” on the server`, async () => {
    const query = { chat_dialog_id: dialog, limit: 1, sort_desc: 'date_sent', mark_as_read: 0 };
    const { items } = await beatrice.cube.chat.message.list(query);
    return items[0]?.message.startsWith(begin);
  });
}

const rows = () => page.run(`() => document.querySelectorAll('.message-row').length`);
const field = () => page.element('[role=combobox]');

/** Keys for whatever has the focus. */
async function keys(text) {
  const focused = Object.values(await page.call('GET', '/element/active'))[0];
  await page.keys(focused, text);
}

/** The message with this id is in view, marked, and nothing else is. */
function isShown(id) {
  return until('the hit in view, marked', () =>
    page.run(
      `(id) => { const row = document.querySelector('.bubble.marked')?.closest('.message-row');
         if (row?.dataset.id !== id) return false;
         const view = row.closest('[role=region]').getBoundingClientRect();
         const box = row.getBoundingClientRect();
         return box.top >= view.top && box.bottom <= view.bottom; }`,
      id,
    ),
  );
}

/** Starts watching: where the first whole bubble in view stands. */
function watch() {
  return page.run(`() => {
    const view = document.querySelector('.view[role=region]');
    const top = view.getBoundingClientRect().top;
    const row = [...view.querySelectorAll('.message-row')].find((each) => each.getBoundingClientRect().top >= top + 60);
    const { id } = row.dataset;
    const from = row.getBoundingClientRect().top;
    window.__moved = () => {
      const now = view.querySelector('[data-id="' + id + '"]');
      return now === null ? 1e6 : Math.abs(now.getBoundingClientRect().top - from); };
    return true; }`);
}

/** How far what is watched is from where it was, after two frames, px. */
function moved() {
  return page.call('POST', '/execute/async', {
    script: `const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(window.__moved())));`,
    args: [],
  });
}

const firstId = () => page.run(`() => document.querySelector('.message-row').dataset.id`);

test('a search with a filter finds what is 5,000 messages back, and goes there', async () => {
  await page.press('[data-dialog]', 'Robin Hale');
  await page.element('textarea');
  await keys(`${CONTROL}k${NULL}`);
  const search = await field();
  await page.keys(search, 'boat from:bea');
  await page.named('[role=option]', 'From beatrice');
  desktop.shot('suggested');
  await page.keys(search, ENTER);
  await page.named('[role=option]', 'The lantern hangs in the boathouse');
  await page.keys(search, 'has:link ');
  await page.named('.chip', 'With a link');
  await page.named('[role=option]', 'The lantern hangs in the boathouse');
  assert.deepEqual(
    await page.run(
      `() => [...document.querySelectorAll('[role=option] mark')].map((mark) => mark.textContent)`,
    ),
    // Of the boathouse and of the address: every word that begins like this.
    ['boat', 'boat'],
  );
  desktop.shot('found');
  await page.keys(search, ENTER);
  await isShown(needle);
  desktop.shot('there');
  assert.equal(await page.run(`() => document.activeElement.dataset.id`), needle);
  assert.ok((await rows()) < 300, 'what lies between is not loaded');
  const between = await page.run(
    `(word) => [...document.querySelectorAll('.message-row')].filter((row) => row.innerText.includes(word)).length`,
    `${BETWEEN / 2}: `,
  );
  assert.equal(between, 0);
});

test('the search in the chat goes from hit to hit, and Escape leads back', async () => {
  await page.press('button', 'Go to the newest message');
  await page.named('.message-row', LAST);
  await keys(`${CONTROL}f${NULL}`);
  const search = await field();
  await page.keys(search, 'chapel');
  await page.named('[role=option]', 'the path below the chapel');
  desktop.shot('in-chat');
  await page.keys(search, ENTER);
  await page.sees('1 of ');
  await page.keys(search, ENTER);
  await page.sees('2 of ');
  desktop.shot('second-hit');
  await page.press('button', 'List the hits');
  await page.keys(search, DOWN);
  await page.keys(search, ESCAPE);
  await until('the newest message in view again', () =>
    page.run(
      `(text) => { const row = [...document.querySelectorAll('.message-row')].find((each) => each.innerText.includes(text));
         if (!row) return false;
         const view = row.closest('[role=region]').getBoundingClientRect();
         return row.getBoundingClientRect().bottom <= view.bottom && document.activeElement.tagName === 'TEXTAREA'; }`,
      LAST,
    ),
  );
});

test('what is looked at does not move over ten pages of older messages', async () => {
  let worst = 0;
  for (let load = 0; load < 10; load += 1) {
    const before = await firstId();
    await page.run(`() => { document.querySelector('.view[role=region]').scrollTop = 300; }`);
    await watch();
    await until('older messages', async () => (await firstId()) !== before);
    worst = Math.max(worst, await moved());
  }
  assert.ok(worst <= 1, `moved by ${worst} px`);
  assert.ok((await rows()) <= 300);
});

test('what is looked at does not move when a picture above it gets its height late', async () => {
  await page.run(`() => { document.querySelector('.view[role=region]').scrollTop = 1500; }`);
  await watch();
  assert.ok((await moved()) <= 1);
  const grown = await page.run(`() => {
    const view = document.querySelector('.view[role=region]');
    const before = view.scrollHeight;
    const picture = document.createElement('canvas');
    picture.width = 200;
    picture.height = 240;
    document.querySelector('.message-row .bubble').append(picture);
    return view.scrollHeight - before; }`);
  assert.ok(grown > 200, 'it takes room');
  const late = await moved();
  assert.ok(late <= 1, `moved by ${late} px`);
});
