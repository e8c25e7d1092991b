// A list of many chats in the real window: several deleted at once, folders by hand and by kind, quiet for a time, kept
// over a restart; a public chat of some hundred people that is looked through; and who is in the room of a group just now.
// The official SDK on another device of the same person tells what the server has of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Backend } from '../sdk/support/backend.mjs';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, until } from './desktop.mjs';
import { signIn } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const MENU_ITEM = '[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]';
/** More than two pages of people. */
const CROWD = 130;
const GROUPS = ['Allotment', 'Bell ringers', 'Chess by post', 'Debating', 'Early swimmers'];

const desktop = new Desktop('organise');
let backend;
let page;
/** The person in the window, on another device. */
let ada;
let beatrice;
/** Ids of the groups by name. */
const groups = {};
let channel;

before(async () => {
  // So many people are not to wait for their passwords to be hashed as those of real people.
  backend = await Backend.start(
    '[accounts.argon2]\nmemory_kib = 16\npasses = 1\nlanes = 1\n[limits]\nrequests_per_second = 10_000\nrequest_burst = 10_000\n',
  );
  ada = await SdkPerson.signUp(backend, 'ada');
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  for (const name of GROUPS) {
    groups[name] = await ada.group(name, [beatrice.id]);
    await beatrice.isSent(beatrice.send(groups[name], groups[name], `${name}, this evening?`));
  }
  channel = (await beatrice.cube.chat.dialog.create({ type: 4, name: 'Harbour news' }))._id;
  await crowd();
  await ada.cube.chat.dialog.subscribe(channel);
  await beatrice.isSent(beatrice.send(channel, channel, 'The ferry leaves at nine.'));
  await desktop.open();
  page = await desktop.launch();
  await signIn(page, backend.ready, { login: 'ada', password: ada.password });
  for (const name of GROUPS) await page.named('[data-dialog]', name);
});

after(async () => {
  await Promise.all([ada, beatrice].map((person) => person?.disconnect()));
  await desktop.close();
  await backend?.stop();
});

inOrder(desktop);

/** Subscribes people who do nothing else. */
async function crowd() {
  const { api_url: api, app_id, auth_key } = backend.ready;
  const post = async (path, body, token) => {
    const response = await fetch(`${api}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { 'CB-Token': token }) },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    assert.ok(response.ok, `${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const application = { application_id: app_id, auth_key };
  const { session } = await post('/session', application);
  for (let number = 1; number <= CROWD; number += 1) {
    const login = `visitor${String(number).padStart(3, '0')}`;
    const password = 'a long password';
    const user = { login, full_name: `Visitor ${String(number)}`, password };
    await post('/users', { user }, session.token);
    const own = await post('/session', { ...application, user: { login, password } });
    await post(`/chat/Dialog/${channel}/subscribe`, {}, own.session.token);
  }
}

/** A row on its way to another place cannot be pressed. */
function listAtRest() {
  return until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
}

/** Opens the menu of a chat by the right button. */
async function menuOf(name) {
  await listAtRest();
  await page.rightClick(await page.named('[data-dialog]', name));
}

/** The names in the list, from the top. What came within one second stands in any order. */
function listed() {
  return page.run(
    `() => [...document.querySelectorAll('[data-dialog]')]
       .map((row) => ({ name: row.querySelector('.name').textContent, top: row.getBoundingClientRect().top }))
       .sort((a, b) => a.top - b.top).map((row) => row.name)`,
  );
}

/** Waits until these chats are listed and no others; the first of them, if it is named, at the top. */
function listIs(names, first) {
  return until(`the list ${names.join(', ')}`, async () => {
    const now = await listed();
    return [...now].sort().join() === [...names].sort().join() && (first === undefined || now[0] === first);
  });
}

test('several chats are chosen and deleted at once, on every device of the person', async () => {
  await menuOf('Debating');
  await page.press(MENU_ITEM, 'Select');
  await page.press('[role=checkbox]', 'Early swimmers');
  await page.sees('2 selected');
  desktop.shot('selected');
  await page.press('[role=toolbar] button', 'Delete for me');
  await page.sees('Delete 2 chats for me?');
  desktop.shot('delete-several');
  await page.press('dialog button', 'Delete for me');
  await page.sees('2 chats deleted.');
  desktop.shot('deleted-several');
  for (const name of ['Debating', 'Early swimmers']) {
    assert.equal(await ada.dialog(groups[name]), undefined, `${name} is gone for her other device`);
    const left = await beatrice.dialog(groups[name]);
    assert.deepEqual(left.occupants_ids, [beatrice.id], `she left ${name}`);
  }
  await listIs(['Harbour news', 'Allotment', 'Bell ringers', 'Chess by post']);
});

test('a folder is filled by hand, another by the kinds of chats', async () => {
  await menuOf('Chess by post');
  await page.press(MENU_ITEM, 'Add to folder');
  await page.press(MENU_ITEM, 'New folder…');
  await page.fill('Name of the folder', 'Games');
  desktop.shot('folder-by-hand');
  await page.press('dialog button', 'Save');
  await page.sees('Folder “Games” made.');
  await page.press('[role=toolbar] button', 'Games');
  await listIs(['Chess by post']);
  await menuOf('Chess by post');
  await page.press(MENU_ITEM, 'Add to folder');
  desktop.shot('folder-menu');
  await page.press(MENU_ITEM, 'New folder…');
  await page.fill('Name of the folder', 'Open to all');
  await page.press('dialog [role=radio]', 'Kinds of chats');
  await page.press('dialog label', 'Public chats');
  desktop.shot('folder-by-kind');
  await page.press('dialog button', 'Save');
  await page.press('[role=toolbar] button', 'Open to all');
  await listIs(['Harbour news']);
  desktop.shot('folder');
  await page.press('[role=toolbar] button', 'All');
  await listIs(['Harbour news', 'Allotment', 'Bell ringers', 'Chess by post']);
});

test('a chat is quiet for an hour, another pinned and one put away, and a restart keeps it all', async () => {
  await menuOf('Allotment');
  await page.press(MENU_ITEM, 'Mute');
  await page.press(MENU_ITEM, 'For 1 hour');
  await page.element('[data-dialog] [aria-label="Muted"]');
  await menuOf('Chess by post');
  await page.press(MENU_ITEM, 'Pin');
  await menuOf('Bell ringers');
  await page.press(MENU_ITEM, 'Archive');
  await listIs(['Chess by post', 'Harbour news', 'Allotment'], 'Chess by post');
  desktop.shot('arranged');
  // Quiet is quiet: the number stays, without the colour that calls.
  const loud = beatrice.send(groups.Allotment, groups.Allotment, 'Beans!');
  await beatrice.isSent(loud);
  await page.named('[data-dialog]', 'Beans!');
  await listAtRest();
  await menuOf('Allotment');
  await page.press(MENU_ITEM, 'Mute');
  await page.named(MENU_ITEM, 'Muted until');
  desktop.shot('muted');
  await page.press(MENU_ITEM, 'Unmute');
  await menuOf('Allotment');
  await page.press(MENU_ITEM, 'Mute');
  await page.press(MENU_ITEM, 'For 8 hours');
  await desktop.quit();

  page = await desktop.launch();
  await listIs(['Chess by post', 'Allotment', 'Harbour news'], 'Chess by post');
  await page.element('[data-dialog] [aria-label="Muted"]');
  await page.press('button', 'Archived chats');
  await listIs(['Bell ringers']);
  desktop.shot('archive');
  await page.press('button', 'Back to all chats');
  await listIs(['Chess by post', 'Allotment', 'Harbour news'], 'Chess by post');
  await page.named('[role=toolbar] button', 'Games');
});

test('the people of a large public chat come page by page, and one of them is found', async () => {
  await listAtRest();
  await page.press('[data-dialog]', 'Harbour news');
  await page.sees('The ferry leaves at nine.');
  await page.press('button', 'Show details');
  await page.sees(`Subscribers, ${String(CROWD + 2)}`);
  await page.named('aside button', 'Visitor 1');
  desktop.shot('subscribers');
  const drawn = await page.run(`() => document.querySelectorAll('aside [role=listitem]').length`);
  assert.ok(drawn < CROWD, `${drawn} rows are drawn`);
  const field = await page.element('aside input');
  await page.keys(field, `Visitor ${String(CROWD)}`);
  await page.named('aside button', `Visitor ${String(CROWD)}`);
  desktop.shot('found');
});

test('who has joined the room of a group is shown as here just now, for as long as they stay', async () => {
  await page.press('button', 'Close details');
  await listAtRest();
  await page.press('[data-dialog]', 'Chess by post');
  await page.named('.message-row', 'Chess by post, this evening?');
  await page.press('button', 'Show details');
  await page.named('aside button', 'beatrice');
  // Her messages come without a room; only now she is in it.
  assert.doesNotMatch(await page.text(), /Here just now/);
  await beatrice.cube.chat.muc.join(groups['Chess by post']);
  await page.sees('Here just now, 1', 60_000);
  const here = await page.run(
    `() => [...document.querySelectorAll('aside section')].find((each) => each.innerText.startsWith('Here just now')).querySelector('ul').innerText.trim()`,
  );
  assert.match(here, /beatrice$/);
  desktop.shot('here');
  await beatrice.cube.chat.muc.leave(groups['Chess by post']);
  await until('nobody in the room', async () => !(await page.text()).includes('Here just now'), 60_000);
});
