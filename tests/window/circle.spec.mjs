// A group from its first minute in the real window, with the official SDK as the other people: made with a photo and a
// field of its own, joined, renamed, given an admin; somebody is taken out of it, and somebody is blocked.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SdkPerson } from '../sdk/support/sdk.mjs';
import { Desktop, root, until } from './desktop.mjs';
import { tryHere } from './entrance.mjs';
import { inOrder } from './steps.mjs';

const desktop = new Desktop('circle');
let page;
/** The other people. */
let beatrice;
let cornelius;
/** The group's id, once somebody heard of it. */
let group;

const ITEM = '[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]';
const OPTION = '[role=option]';

before(async () => {
  await desktop.open();
  page = await desktop.launch();
  await tryHere(page);
  const backend = { ready: desktop.backend() };
  beatrice = await SdkPerson.signUp(backend, 'beatrice');
  cornelius = await SdkPerson.signUp(backend, 'cornelius');
});

after(async () => {
  await Promise.all([beatrice, cornelius].map((person) => person?.disconnect()));
  await desktop.close();
});

inOrder(desktop);

/** What a person's app is told without asking. */
async function told(person, body) {
  const item = await person.inbox.next(body, (one) => one.kind === 'system' && one.message.body === body);
  return item.message.extension;
}

/** Looks for somebody in the sheet that is open, and chooses them. */
async function choose(name) {
  const field = await page.element('input[role=combobox]');
  await page.click(field);
  await page.keys(field, name);
  await page.press(OPTION, name);
  await page.named('dialog button', `Take ${name} out`);
}

/** Opens the menu of somebody in the column beside the conversation. */
async function menuOf(name) {
  await page.press('aside button', `What to do with ${name}`);
}

/** A row on its way to another place cannot be pressed. */
function listAtRest() {
  return until('the list at rest', () =>
    page.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
  );
}

/** Width of the picture a header or a row shows, 0 while it shows none. */
function pictureWidth(css) {
  return page.run(
    `(css) => { const img = document.querySelector(css + ' img'); return img && img.complete ? img.naturalWidth : 0; }`,
    css,
  );
}

test('a group is made with a photo and a field of its own, and the person in it sees it at once', async () => {
  await page.press('button', 'New chat');
  await page.press('button', 'New group');
  const file = await page.element('dialog input[type=file]');
  await page.keys(file, join(root, 'icons/256x256.png'));
  await page.sees('Choose the part to show');
  desktop.shot('crop');
  await page.press('button', 'Use this part');
  await page.fill('Name of the group', 'Night walk');
  await page.press('button', 'Description and custom fields');
  await page.press('button', 'Add a field');
  await page.fill('Name of field 1', 'location');
  await page.fill('Value of field 1', 'Old mill');
  await choose('beatrice');
  desktop.shot('new-group');
  await page.press('button', 'Create group');

  group = (await told(beatrice, 'dialog/NEW_DIALOG')).dialogId;
  const dialog = await beatrice.dialog(group);
  assert.equal(dialog.name, 'Night walk');
  assert.equal(dialog.extensions.location, 'Old mill');
  assert.ok(dialog.photo, 'it has a photo');
  const photo = await fetch(beatrice.cube.storage.privateUrl(dialog.photo));
  assert.match(photo.headers.get('content-type'), /^image\/(png|jpeg)$/);

  await until('the photo in the header', async () => (await pictureWidth('main header')) > 0);
  await page.sees('You started the chat');
  await beatrice.send(group, group, 'I bring a lamp');
  await page.sees('I bring a lamp');
  desktop.shot('created');
});

test('somebody who is added sees the group at once', async () => {
  await page.press('button', 'Show details');
  await page.press('aside button', 'Add');
  await choose('cornelius');
  await page.press('dialog button', 'Add 1 person');
  assert.equal((await told(cornelius, 'dialog/ADDED_TO_DIALOG')).dialogId, group);
  assert.equal((await cornelius.dialog(group)).name, 'Night walk');
  const others = await told(beatrice, 'dialog/ADD_PARTICIPANTS');
  assert.equal(others.addedParticipantsIds, String(cornelius.id));
  await page.named('aside button', 'cornelius');
  await page.sees('You added cornelius');
  desktop.shot('added');
});

test('another name reaches everybody', async () => {
  await page.press('aside button', 'Edit');
  await page.fill('Name of the group', 'Dawn walk');
  await page.press('dialog button', 'Save');
  for (const person of [beatrice, cornelius]) {
    assert.equal((await told(person, 'dialog/UPDATE_DIALOG')).name, 'Dawn walk');
    assert.equal((await person.dialog(group)).name, 'Dawn walk');
  }
  await until('the name in the header', () =>
    page.run(`() => document.querySelector('main h1')?.innerText === 'Dawn walk'`),
  );
  await page.sees('You changed the name to');
  desktop.shot('renamed');
});

test('the owner makes somebody an admin', async () => {
  await menuOf('beatrice');
  await page.press(ITEM, 'Make admin');
  const news = await beatrice.inbox.next(
    'being an admin',
    (one) => one.kind === 'system' && one.message.extension.addedAdminsIds === String(beatrice.id),
  );
  assert.equal(news.message.body, 'dialog/UPDATE_DIALOG');
  const { admins_ids: admins } = await beatrice.dialog(group);
  assert.ok(admins.includes(beatrice.id) && !admins.includes(cornelius.id), `${admins}`);
  await page.sees('You made beatrice admin');
  desktop.shot('admin');
});

test('somebody who is taken out is told and no longer has the group', async () => {
  await menuOf('cornelius');
  await page.press(ITEM, 'Remove');
  await page.press('dialog button', 'Remove');
  assert.equal((await told(cornelius, 'dialog/REMOVED_FROM_DIALOG')).dialogId, group);
  assert.equal(await cornelius.dialog(group), undefined);
  await page.sees('You removed cornelius');
  desktop.shot('removed');
});

test('what a blocked person writes is refused, and nothing of it is shown', async () => {
  const dialog = await beatrice.privateDialog(await ownId());
  await beatrice.send(await ownId(), dialog, 'Are you there?');
  await page.sees('Are you there?');
  await listAtRest();
  await page.press('[data-dialog]', 'Are you there?');
  await page.press('aside button', 'Block');
  await page.sees('Block this person?');
  desktop.shot('block');
  await page.press('dialog button', 'Block');
  await page.sees('beatrice is blocked');
  // One way: what she writes is kept off, and I can still write to her.
  await page.element('textarea');
  const refused = beatrice.send(await ownId(), dialog, 'Hello?');
  assert.equal((await beatrice.isRefused(refused)).code, 503);
  assert.deepEqual(await beatrice.history(dialog), ['Are you there?']);
  assert.ok(!(await page.text()).includes('Hello?'));
  desktop.shot('blocked');
});

test('what somebody else does with a chat is shown by itself, to its end', async () => {
  const ada = await ownId();
  const choir = await cornelius.group('Choir', [ada]);
  const tell = (body, extension) =>
    cornelius.cube.chat.sendSystemMessage(ada, { body, extension: { dialogId: choir, ...extension } });
  tell('dialog/NEW_DIALOG');
  await page.sees('Choir');
  await listAtRest();
  await page.press('[data-dialog]', 'Choir');
  await cornelius.cube.chat.dialog.update(choir, { name: 'Evening choir' });
  tell('dialog/UPDATE_DIALOG', { name: 'Evening choir' });
  await until('the new name in the header', () =>
    page.run(`() => document.querySelector('main h1')?.innerText === 'Evening choir'`),
  );
  await page.sees('cornelius changed the name to');
  await cornelius.cube.chat.dialog.delete(choir, { force: 1 });
  tell('dialog/DELETE_DIALOG');
  await page.sees('This chat is gone');
  desktop.shot('gone');
  await page.press('button', 'Back to the chats');
  await page.sees('Choose a chat');
  const rows = await page.run(
    `() => [...document.querySelectorAll('[data-dialog]')].map((e) => e.innerText)`,
  );
  assert.ok(!rows.some((row) => row.includes('Evening choir')), 'nothing of it is left in the list');
});

/** Ada's number. */
async function ownId() {
  const { items } = await beatrice.cube.users.getV2({ login: 'ada.byron' });
  return items[0].id;
}
