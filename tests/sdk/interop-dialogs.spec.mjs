// Dialogs of every kind between the official SDK and our engine.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { EnginePerson } from './support/engine.mjs';
import { SdkPerson } from './support/sdk.mjs';

const sorted = (ids) => [...ids].sort((a, b) => a - b);

describe('the SDK and the engine in dialogs', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let sue;
  /** @type {SdkPerson} */
  let tom;
  /** @type {EnginePerson} */
  let eve;

  before(async () => {
    backend = await Backend.start();
    sue = await SdkPerson.signUp(backend, 'sue');
    tom = await SdkPerson.signUp(backend, 'tom');
    eve = await EnginePerson.signUp(backend, 'eve');
  });

  after(async () => {
    await Promise.all([sue, tom].map((person) => person?.disconnect()));
    await eve?.leave();
    await backend?.stop();
  });

  /** A group of the engine with both. */
  const engineGroup = (name) => eve.ask('create_dialog', { kind: 2, name, users: [sue.id, tom.id] });

  /** A group of the SDK with both, known to the engine. */
  async function sdkGroup(name, others = [eve.id, tom.id]) {
    const id = await sue.group(name, others);
    sue.tell(eve.id, id, 'dialog/NEW_DIALOG');
    await eve.knows(id, (dialog) => dialog.name === name);
    return id;
  }

  describe('private', () => {
    test('deleted by the SDK it comes back with the engine’s next message', async () => {
      const id = await eve.ask('create_private', { user: sue.id });
      await eve.ask('send_text', { dialog: id, text: 'first' });
      await sue.hears('first');
      await sue.cube.chat.dialog.delete(id);
      assert.equal(await sue.dialog(id), undefined);
      await eve.ask('send_text', { dialog: id, text: 'do come back' });
      await sue.hears('do come back');
      assert.notEqual(await sue.dialog(id), undefined);
    });

    test('deleted by the engine it comes back with the SDK’s next message', async () => {
      const id = await eve.ask('create_private', { user: tom.id });
      await eve.ask('send_text', { dialog: id, text: 'hello tom' });
      await tom.hears('hello tom');
      assert.deepEqual(await eve.ask('delete_dialogs', { dialogs: [id], for_all: false }), {
        deleted: [id],
        refused: [],
      });
      assert.ok(!(await eve.ask('dialogs')).some((dialog) => dialog.id === id));
      tom.send(eve.id, id, 'hello again');
      await eve.sees(id, 'hello again');
      await eve.knows(id, (dialog) => dialog.opponent === tom.id);
    });
  });

  describe('a group', () => {
    test('made by the engine is announced to the SDK, with all that it has', async () => {
      const id = await eve.ask('create_dialog', {
        kind: 2,
        name: 'Hikers',
        description: 'Every Sunday',
        users: [sue.id],
        fields: [['location', 'Harz']],
      });
      const told = await sue.isTold(id, 'dialog/NEW_DIALOG');
      assert.equal(told.userId, eve.id);
      const seen = await sue.dialog(id);
      assert.deepEqual(
        [seen.name, seen.description, seen.extensions, seen.user_id],
        ['Hikers', 'Every Sunday', { location: 'Harz' }, eve.id],
      );
      await eve.tells(id, 'created', eve.id);
    });

    test('made by the SDK is there for the engine as soon as it is announced', async () => {
      const id = await sue.group('Announced', [eve.id]);
      sue.tell(eve.id, id, 'dialog/NEW_DIALOG');
      const known = await eve.knows(id, (dialog) => dialog.name === 'Announced');
      assert.deepEqual([known.role, known.owner, known.can_write], ['occupant', sue.id, true]);
      await eve.tells(id, 'created', sue.id);
    });

    test('renamed by the engine is renamed for the SDK', async () => {
      const id = await engineGroup('Old name');
      await eve.ask('update_dialog', { dialog: id, name: 'New name', description: 'Words' });
      const told = await sue.isTold(id, 'dialog/UPDATE_DIALOG');
      assert.equal(told.extension.name, 'New name');
      const seen = await sue.dialog(id);
      assert.deepEqual([seen.name, seen.description], ['New name', 'Words']);
      assert.deepEqual(await eve.tells(id, 'renamed', eve.id), { type: 'renamed', name: 'New name' });
    });

    test('renamed by the SDK is renamed for the engine', async () => {
      const id = await sdkGroup('Before');
      await sue.cube.chat.dialog.update(id, { name: 'After' });
      sue.tell(eve.id, id, 'dialog/UPDATE_DIALOG', { name: 'After' });
      await eve.knows(id, (dialog) => dialog.name === 'After');
      assert.equal((await eve.tells(id, 'renamed', sue.id)).name, 'After');
    });

    test('gets and loses people by the engine, and everyone is told', async () => {
      const id = await eve.ask('create_dialog', { kind: 2, name: 'Grows', users: [sue.id] });
      await sue.isTold(id, 'dialog/NEW_DIALOG');
      await eve.ask('add_occupants', { dialog: id, users: [tom.id] });
      await tom.isTold(id, 'dialog/ADDED_TO_DIALOG');
      const added = await sue.isTold(id, 'dialog/ADD_PARTICIPANTS');
      assert.equal(added.extension.addedParticipantsIds, `${tom.id}`);
      assert.deepEqual(sorted((await tom.dialog(id)).occupants_ids), sorted([sue.id, tom.id, eve.id]));
      await eve.tells(id, 'added', eve.id);
      await eve.ask('remove_occupants', { dialog: id, users: [tom.id] });
      await tom.isTold(id, 'dialog/REMOVED_FROM_DIALOG');
      const removed = await sue.isTold(id, 'dialog/REMOVE_PARTICIPANTS');
      assert.equal(removed.extension.removedParticipantsIds, `${tom.id}`);
      assert.equal(await tom.dialog(id), undefined);
      await eve.tells(id, 'removed', eve.id);
    });

    test('gets and loses people by the SDK, and the engine follows', async () => {
      const id = await sdkGroup('Changes', [eve.id]);
      await sue.cube.chat.dialog.update(id, { push_all: { occupants_ids: [tom.id] } });
      sue.tell(eve.id, id, 'dialog/ADD_PARTICIPANTS', { addedParticipantsIds: `${tom.id}` });
      await eve.knows(id, (dialog) => dialog.occupants.includes(tom.id));
      assert.deepEqual((await eve.tells(id, 'added', sue.id)).users, [tom.id]);
      await sue.cube.chat.dialog.update(id, { pull_all: { occupants_ids: [tom.id] } });
      sue.tell(eve.id, id, 'dialog/REMOVE_PARTICIPANTS', { removedParticipantsIds: `${tom.id}` });
      await eve.knows(id, (dialog) => !dialog.occupants.includes(tom.id));
      assert.deepEqual((await eve.tells(id, 'removed', sue.id)).users, [tom.id]);
    });

    test('is gone for the engine when the SDK removes it', async () => {
      const id = await sdkGroup('Not for eve');
      await sue.cube.chat.dialog.update(id, { pull_all: { occupants_ids: [eve.id] } });
      sue.tell(eve.id, id, 'dialog/REMOVED_FROM_DIALOG');
      await eve.loses(id);
    });

    test('is left by the engine, and the SDK is told', async () => {
      const id = await sdkGroup('Leaving');
      await eve.ask('leave', { dialog: id });
      const told = await sue.isTold(id, 'dialog/REMOVE_PARTICIPANTS');
      assert.deepEqual([told.userId, told.extension.removedParticipantsIds], [eve.id, `${eve.id}`]);
      assert.deepEqual(sorted((await sue.dialog(id)).occupants_ids), sorted([sue.id, tom.id]));
    });

    test('is deleted for all by either owner', async () => {
      const mine = await engineGroup('Engine’s');
      await sue.isTold(mine, 'dialog/NEW_DIALOG');
      await eve.ask('delete_dialogs', { dialogs: [mine], for_all: true });
      await sue.isTold(mine, 'dialog/DELETE_DIALOG');
      assert.equal(await sue.dialog(mine), undefined);
      const theirs = await sdkGroup('SDK’s');
      const outcome = await eve.ask('delete_dialogs', { dialogs: [theirs], for_all: true });
      assert.deepEqual(outcome, { deleted: [], refused: [theirs] });
      await sue.cube.chat.dialog.delete(theirs, { force: 1 });
      sue.tell(eve.id, theirs, 'dialog/DELETE_DIALOG');
      await eve.loses(theirs);
    });

    test('a dialog that vanished without a word keeps what the engine wrote there, and goes with it', async () => {
      const id = await sdkGroup('Vanishing');
      await sue.cube.chat.dialog.delete(id, { force: 1 });
      await eve.ask('send_text', { dialog: id, text: 'anyone?' });
      const kept = await eve.sees(id, 'anyone?', (message) => message.failure === 'not_member');
      await eve.ask('discard_unsent', { message: kept.id });
      await eve.loses(id);
    });

    test('has one history that each clears for themselves', async () => {
      const id = await sdkGroup('Slate');
      sue.send(id, id, 'old words');
      await eve.sees(id, 'old words');
      await eve.ask('clear_history', { dialog: id });
      assert.ok(!(await eve.texts(id)).includes('old words'));
      assert.deepEqual(await sue.history(id), ['old words']);
      sue.send(id, id, 'new words');
      await eve.sees(id, 'new words');
      assert.ok(!(await eve.texts(id)).includes('old words'));
    });

    test('has admins, at most five, named by its owner', async () => {
      const id = await engineGroup('Admins');
      await eve.ask('add_admins', { dialog: id, users: [sue.id] });
      await sue.isTold(id, 'dialog/UPDATE_DIALOG');
      assert.ok((await sue.dialog(id)).admins_ids.includes(sue.id));
      await eve.ask('remove_admins', { dialog: id, users: [sue.id] });
      await sue.isTold(id, 'dialog/UPDATE_DIALOG');
      assert.ok(!(await sue.dialog(id)).admins_ids.includes(sue.id));
      const theirs = await sdkGroup('Their admins');
      await assert.rejects(eve.ask('add_admins', { dialog: theirs, users: [tom.id] }));
      await sue.cube.chat.dialog.addAdmins(theirs, [eve.id]);
      sue.tell(eve.id, theirs, 'dialog/UPDATE_DIALOG', { addedAdminsIds: `${eve.id}` });
      await eve.knows(theirs, (dialog) => dialog.role === 'admin');
    });
  });

  describe('a public dialog', () => {
    test('of the SDK is found, read and subscribed to by the engine', async () => {
      const { _id: id } = await sue.cube.chat.dialog.create({
        type: 4,
        name: 'Gardening',
        permissions: { allow_preview: true },
      });
      await sue.isSent(sue.send(id, id, 'tomatoes'));
      const [found] = await eve.ask('explore', { query: 'Garden' });
      assert.deepEqual([found.id, found.count, found.preview, found.subscribed], [id, 1, true, false]);
      assert.deepEqual(
        (await eve.ask('preview', { dialog: id })).map((message) => message.text),
        ['tomatoes'],
      );
      await eve.ask('subscribe', { dialog: id });
      await eve.ask('send_text', { dialog: id, text: 'and beans' });
      assert.equal((await sue.hears('and beans')).from, eve.id);
      sue.send(id, id, 'and peas');
      await eve.sees(id, 'and peas');
      const people = await eve.ask('occupants', { dialog: id });
      assert.deepEqual(sorted(people.map((user) => user.id)), sorted([sue.id, eve.id]));
      await eve.ask('unsubscribe', { dialog: id });
      assert.equal((await sue.dialog(id)).occupants_count, 1);
    });

    test('of the engine is subscribed to by the SDK', async () => {
      const id = await eve.ask('create_dialog', { kind: 4, name: 'Cooking', preview: false });
      await sue.cube.chat.dialog.subscribe(id);
      sue.send(id, id, 'soup');
      await eve.sees(id, 'soup');
      await eve.ask('send_text', { dialog: id, text: 'salad' });
      await sue.hears('salad');
    });
  });

  describe('a broadcast', () => {
    test('reaches the engine, which cannot write there', async () => {
      const made = await backend.command('broadcast', '--name', 'News', '--owner', `${sue.id}`);
      const { _id: id } = JSON.parse(made);
      await sue.isSent(sue.send(id, id, 'breaking news'));
      await eve.sees(id, 'breaking news');
      const known = await eve.knows(id, (dialog) => dialog.kind === 1);
      assert.deepEqual([known.name, known.can_write, known.unread], ['News', false, 1]);
      await assert.rejects(eve.ask('send_text', { dialog: id, text: 'fake news' }));
      assert.deepEqual(await tom.history(id), ['breaking news']);
    });
  });

  describe('a room', () => {
    test('shows the SDK and the engine to one another', async () => {
      const id = await sdkGroup('Room');
      await sue.cube.chat.muc.join(id);
      await eve.ask('join_room', { dialog: id });
      await sue.inbox.next('the engine', (item) => item.kind === 'joined' && item.user === eve.id);
      assert.deepEqual(sorted(await eve.ask('room_occupants', { dialog: id })), sorted([sue.id, eve.id]));
      assert.deepEqual(sorted(await sue.cube.chat.muc.listOnlineUsers(id)), sorted([sue.id, eve.id]));
      await sue.cube.chat.muc.leave(id);
    });
  });
});
