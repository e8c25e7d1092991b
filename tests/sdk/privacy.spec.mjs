// Privacy lists: who is kept from whom, with the official SDK on all sides.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson } from './support/sdk.mjs';

const LIST = 'blocked';

describe('privacy lists of the SDK', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;
  /** @type {SdkPerson} */
  let cat;
  /** @type {string} */
  let dialog;

  before(async () => {
    backend = await Backend.start();
    ann = await SdkPerson.signUp(backend, 'ann');
    ben = await SdkPerson.signUp(backend, 'ben');
    cat = await SdkPerson.signUp(backend, 'cat');
    dialog = await ann.privateDialog(ben.id);
  });

  after(async () => {
    await Promise.all([ann, ben, cat].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  /** Nobody is blocked when a test begins. */
  beforeEach(async () => {
    const { privacylist } = ann.cube.chat;
    await privacylist.setAsDefault(null);
    const { names } = await privacylist.getNames();
    for (const name of new Set(names)) await privacylist.delete(name);
  });

  /** @param {object[]} items */
  async function use(...items) {
    await ann.cube.chat.privacylist.create({ name: LIST, items });
    await ann.cube.chat.privacylist.setAsDefault(LIST);
  }

  const block = (person, mutualBlock = false) => ({ user_id: person.id, action: 'deny', mutualBlock });

  test('a blocked person’s message is refused, not stored and not seen', async () => {
    await use(block(ben));
    const { code, info } = await ben.isRefused(ben.send(ann.id, dialog, 'can you hear me?'));
    assert.equal(code, 503);
    assert.ok(info.length > 0, 'it says why');
    cat.send(ann.id, await cat.privateDialog(ann.id), 'marker of the refusal');
    await ann.hears('marker of the refusal');
    assert.equal(ann.heard('can you hear me?'), false);
    assert.ok(!(await ben.history(dialog)).includes('can you hear me?'));
  });

  test('a one-way block lets the blocker write', async () => {
    await use(block(ben));
    ann.send(ben.id, dialog, 'I can still write');
    await ben.hears('I can still write');
  });

  test('a mutual block stops the blocker, too', async () => {
    await use(block(ben, true));
    const { code, info } = await ann.isRefused(ann.send(ben.id, dialog, 'one last word'));
    assert.equal(code, 503);
    assert.match(info, /blocked/);
    assert.equal((await ben.isRefused(ben.send(ann.id, dialog, 'so have I'))).code, 503);
    cat.send(ben.id, await cat.privateDialog(ben.id), 'marker of the silence');
    await ben.hears('marker of the silence');
    assert.equal(ben.heard('one last word'), false);
  });

  test('in a group the blocker does not hear the blocked, and all others do', async () => {
    const group = await cat.group('All of us', [ann.id, ben.id]);
    await use(block(ben));
    await ben.isSent(ben.send(group, group, 'from the blocked'));
    await cat.hears('from the blocked');
    cat.send(group, group, 'from another');
    await ann.hears('from another');
    assert.equal(ann.heard('from the blocked'), false);
    ann.send(group, group, 'from the blocker');
    await ben.hears('from the blocker');
    assert.ok((await ann.history(group)).includes('from the blocked'), 'the history is everyone’s');
  });

  test('in a group a mutual block works both ways', async () => {
    const group = await cat.group('Both ways', [ann.id, ben.id]);
    await use(block(ben, true));
    await ann.isSent(ann.send(group, group, 'unheard by ben'));
    await ben.isSent(ben.send(group, group, 'unheard by ann'));
    cat.send(group, group, 'heard by both');
    await Promise.all([ann.hears('heard by both'), ben.hears('heard by both')]);
    assert.deepEqual([ann.heard('unheard by ann'), ben.heard('unheard by ben')], [false, false]);
    await Promise.all([cat.hears('unheard by ann'), cat.hears('unheard by ben')]);
  });

  test('what the blocked writes is not kept for later either', async () => {
    const group = await cat.group('Away', [ann.id, ben.id]);
    await use(block(ben));
    await ann.disconnect();
    await ben.isRefused(ben.send(ann.id, dialog, 'for later'));
    await ben.isSent(ben.send(group, group, 'for later, in the group'));
    await cat.hears('for later, in the group');
    await cat.isSent(cat.send(group, group, 'the end of the queue'));
    await ann.connect();
    await ann.hears('the end of the queue');
    assert.deepEqual([ann.heard('for later'), ann.heard('for later, in the group')], [false, false]);
  });

  test('the blocked get through in no other way', async () => {
    await use(block(ben));
    const create = { chat_dialog_id: dialog, message: 'over REST', send_to_chat: 1 };
    await assert.rejects(ben.cube.chat.message.create(create), (error) => error.code === 403);
    ben.tell(ann.id, dialog, 'dialog/UPDATE_DIALOG', { name: 'spam' });
    ben.cube.chat.sendIsTypingStatus(ann.id);
    // Everything of one session is handled in order, so that this answer comes after both.
    await ben.cube.chat.pingWithTimeout(10_000);
    cat.tell(ann.id, dialog, 'pets/FED');
    await ann.isTold(dialog, 'pets/FED');
    assert.deepEqual(
      ann.inbox.kept((item) => item.kind === 'system' || item.kind === 'typing'),
      [],
    );
    assert.equal(ann.heard('over REST'), false);
    assert.ok(!(await ann.history(dialog)).includes('over REST'));
  });

  test('a person who is blocked after subscribing is told nothing any more', async () => {
    ben.cube.chat.subscribeToUserLastActivityStatus(ann.id);
    cat.cube.chat.subscribeToUserLastActivityStatus(ann.id);
    await Promise.all([ben, cat].map((person) => person.cube.chat.getLastUserActivity(person.id)));
    await use(block(ben));
    for (const person of [ben, cat]) person.inbox.forget((item) => item.kind === 'activity');
    await ann.disconnect();
    await cat.inbox.next('the going', (item) => item.kind === 'activity' && item.user === ann.id);
    await ann.connect();
    await cat.inbox.next('the coming', (item) => item.kind === 'activity' && item.user === ann.id);
    await ben.cube.chat.pingWithTimeout(10_000);
    assert.deepEqual(
      ben.inbox.kept((item) => item.kind === 'activity' && item.user === ann.id),
      [],
    );
    cat.cube.chat.unsubscribeFromUserLastActivityStatus(ann.id);
  });

  test('a block ends with its list', async () => {
    await use(block(ben));
    await ben.isRefused(ben.send(ann.id, dialog, 'refused'));
    await ann.cube.chat.privacylist.setAsDefault(null);
    ben.send(ann.id, dialog, 'free again');
    await ann.hears('free again');
    await ann.cube.chat.privacylist.setAsDefault(LIST);
    await ben.isRefused(ben.send(ann.id, dialog, 'refused again'));
  });

  test('a list that is not the default one does nothing', async () => {
    await ann.cube.chat.privacylist.create({ name: LIST, items: [block(ben)] });
    ben.send(ann.id, dialog, 'not blocked yet');
    await ann.hears('not blocked yet');
  });

  test('a person who is allowed is not blocked', async () => {
    await use({ user_id: ben.id, action: 'allow' }, block(cat));
    ben.send(ann.id, dialog, 'allowed');
    await ann.hears('allowed');
    const other = await cat.privateDialog(ann.id);
    assert.equal((await cat.isRefused(cat.send(ann.id, other, 'not allowed'))).code, 503);
  });

  test('lists are made, named, read, changed and deleted', async () => {
    const { privacylist } = ann.cube.chat;
    await privacylist.create({ name: 'work', items: [block(ben)] });
    await use(block(cat));
    const names = await privacylist.getNames();
    assert.equal(names.default, LIST);
    assert.deepEqual([...new Set(names.names)].sort(), [LIST, 'work']);
    assert.deepEqual(await privacylist.getList('work'), {
      name: 'work',
      items: [{ user_id: ben.id, action: 'deny' }],
    });
    assert.deepEqual(await privacylist.getList('no such list'), { name: '', items: [] });

    // The guide’s order: decline, update, set again.
    await privacylist.setAsDefault(null);
    await privacylist.update({ name: LIST, items: [block(ben)] });
    await privacylist.setAsDefault(LIST);
    const changed = await privacylist.getList(LIST);
    assert.deepEqual(
      changed.items.map((item) => item.user_id),
      [ben.id, cat.id].sort((a, b) => a - b),
    );
    await ben.isRefused(ben.send(ann.id, dialog, 'blocked by the update'));

    await privacylist.delete('work');
    assert.deepEqual([...new Set((await privacylist.getNames()).names)], [LIST]);
    await assert.rejects(privacylist.delete('work'), (error) => error.code === 404);
    await assert.rejects(privacylist.setAsDefault('work'), (error) => error.code === 404);
  });

  test('lists outlast the session', async () => {
    await use(block(ben));
    await ann.disconnect();
    await ann.connect();
    assert.equal((await ann.cube.chat.privacylist.getNames()).default, LIST);
    assert.equal((await ben.isRefused(ben.send(ann.id, dialog, 'still blocked'))).code, 503);
  });

  test('the blocked do not learn when the blocker was here', async () => {
    await use(block(ben));
    await assert.rejects(ben.cube.chat.getLastUserActivity(ann.id), (error) => error.code === 403);
    assert.equal((await cat.cube.chat.getLastUserActivity(ann.id)).seconds, 0);
  });
});
