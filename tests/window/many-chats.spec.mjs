// A list of five thousand chats in the real window: fetched at the first sign-in, walked through from one end to the other
// with no more rows drawn than are in view, there again after a restart, and in the right order when somebody writes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { signIn } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const CHATS = 5_000;
/** Requests that are under way at once while the chats are made. */
const AT_ONCE = 40;
/** Rows of a window of this height and some around them; never a share of all. */
const MOST_ROWS = 40;
/** Pages of a hundred chats, one after the other, on a machine that does something else, too. */
const FETCHED_MS = 180_000;

const END = '\uE010';
const HOME = '\uE011';

const desktop = new Desktop('many-chats');
let backend;
let page;
let ada;
let beatrice;
/** Name to id. */
const groups = new Map();

before(async () => {
  backend = await Backend.start('[limits]\nrequests_per_second = 10_000\nrequest_burst = 10_000\n');
  ada = await SdkPerson.signUp(backend, 'ada');
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  let next = 1;
  const make = async () => {
    while (next <= CHATS) {
      const name = `Circle ${String(next).padStart(4, '0')}`;
      next += 1;
      groups.set(name, await beatrice.group(name, [ada.id]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, make));
  await desktop.open();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: ada.password });
});

after(async () => {
  await Promise.all([ada, beatrice].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
});

inOrder(desktop);

/** How many chats the list says it has. */
function size() {
  return page.run(
    `() => Number(document.querySelector('[role=listitem][aria-setsize]')?.getAttribute('aria-setsize'))`,
  );
}

/** The rows that are drawn, by their place: place, id, and whether any of it is in view. */
function drawn() {
  return page.run(
    `() => {
       const view = document.querySelector('[role=list][aria-label]').getBoundingClientRect();
       return [...document.querySelectorAll('[role=listitem][aria-posinset]')].map((item) => {
         const { top, bottom } = item.getBoundingClientRect();
         return { at: Number(item.getAttribute('aria-posinset')), id: item.querySelector('[data-dialog]').dataset.dialog,
           name: item.querySelector('.name').textContent, seen: bottom > view.top && top < view.bottom };
       }).sort((a, b) => a.at - b.at);
     }`,
  );
}

/** Waits until this place of the list is in view, and gives its row. */
function inView(place) {
  return until(`chat number ${place} in view`, async () =>
    (await drawn()).find(({ at, seen }) => at === place && seen),
  );
}

/** A key for the row of the list that takes the focus. */
async function key(text) {
  await page.run(
    `() => document.querySelector('[data-dialog][tabindex="0"]').focus({ preventScroll: true })`,
  );
  await page.keys(Object.values(await page.call('GET', '/element/active'))[0], text);
}

test('all chats are there after the first sign-in, and only those in view are drawn', async () => {
  await until('all chats in the list', async () => (await size()) === CHATS, FETCHED_MS);
  const rows = await drawn();
  assert.ok(rows.length > 5 && rows.length <= MOST_ROWS, `${rows.length} rows are drawn`);
  desktop.shot('first');
});

test('the list is walked through to its end: each chat comes by once, and no more rows are drawn than before', async () => {
  const walked = await page.call('POST', '/execute/async', {
    script: `const done = arguments[arguments.length - 1];
      const view = document.querySelector('[role=list][aria-label]');
      const places = new Map();
      let most = 0;
      const step = () => {
        const items = [...document.querySelectorAll('[role=listitem][aria-posinset]')];
        most = Math.max(most, items.length);
        for (const item of items) places.set(Number(item.getAttribute('aria-posinset')), item.querySelector('[data-dialog]').dataset.dialog);
        const before = view.scrollTop;
        view.scrollTop += view.clientHeight;
        if (view.scrollTop === before) done({ most, places: [...places.keys()], ids: [...new Set(places.values())] });
        else requestAnimationFrame(() => requestAnimationFrame(step));
      };
      step();`,
    args: [],
  });
  assert.ok(walked.most <= MOST_ROWS, `${walked.most} rows were drawn at once`);
  assert.equal(walked.places.length, CHATS, 'every place came by');
  assert.deepEqual([...walked.ids].sort(), [...groups.values()].sort(), 'each with a chat of its own');
  await inView(CHATS);
  desktop.shot('end');
  await key(HOME);
  await inView(1);
  await key(END);
  await inView(CHATS);
});

test('a message brings its chat from the far end to the top', async () => {
  const last = await inView(CHATS);
  await beatrice.isSent(beatrice.send(last.id, last.id, 'Is anybody still here?'));
  await until('another chat at the end', async () => (await inView(CHATS)).id !== last.id);
  await key(HOME);
  await until('the chat at the top', async () => (await inView(1)).id === last.id);
  await page.named('[data-dialog]', 'Is anybody still here?');
  desktop.shot('top');
  await page.press('[data-dialog]', last.name);
  await page.named('.message-row', 'Is anybody still here?');
  assert.equal(await size(), CHATS);
});

test('after a restart all of them are there, the newest first', async () => {
  await desktop.quit();
  const meanwhile = groups.get('Circle 2500');
  await beatrice.isSent(beatrice.send(meanwhile, meanwhile, 'While you were away'));
  page = await desktop.launch();
  await until('the chat of meanwhile at the top', async () => (await inView(1)).id === meanwhile);
  await until('all chats in the list', async () => (await size()) === CHATS);
  assert.ok((await drawn()).length <= MOST_ROWS);
  desktop.shot('again');
});
