// Who is in a dialog and who may change that, with the official SDK on all sides.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson, refused } from './support/sdk.mjs';

describe('people in dialogs', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;
  /** @type {SdkPerson} */
  let cat;

  before(async () => {
    backend = await Backend.start();
    ann = await SdkPerson.signUp(backend, 'ann');
    ben = await SdkPerson.signUp(backend, 'ben');
    cat = await SdkPerson.signUp(backend, 'cat');
  });

  after(async () => {
    await Promise.all([ann, ben, cat].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  /** @param {SdkPerson} person */
  const add = (person, dialog, ids) =>
    person.cube.chat.dialog.update(dialog, { push_all: { occupants_ids: ids } });
  /** @param {SdkPerson} person */
  const remove = (person, dialog, ids) =>
    person.cube.chat.dialog.update(dialog, { pull_all: { occupants_ids: ids } });
  const sorted = (ids) => [...ids].sort((a, b) => a - b);

  /** Those whom the owner named; the owner is one of them, as in the guide's examples. */
  const named = (dialog) => sorted(dialog.admins_ids.filter((id) => id !== dialog.user_id));

  /** A person with an account and nothing else. */
  async function account(name) {
    const person = new SdkPerson(backend, name);
    await person.cube.createSession();
    const password = `${name}'s long password`;
    const { user } = await person.cube.users.signup({ login: name, full_name: name, password });
    return user.id;
  }

  describe('members', () => {
    test('are added by any member, and take part at once', async () => {
      const id = await ann.group('Open doors', [ben.id]);
      const changed = await add(ben, id, [cat.id]);
      assert.deepEqual(sorted(changed.occupants_ids), sorted([ann.id, ben.id, cat.id]));
      assert.equal((await cat.dialog(id)).name, 'Open doors');
      ann.send(id, id, 'welcome');
      await cat.hears('welcome');
      cat.send(id, id, 'thanks');
      await ann.hears('thanks');
      const again = await add(ben, id, [cat.id]);
      assert.equal(again.occupants_ids.length, 3, 'nobody is in it twice');
    });

    test('who do not exist cannot be added', async () => {
      const id = await ann.group('Real people', [ben.id]);
      await add(ann, id, [999_999_999]).catch((error) => assert.ok(error.code < 500, JSON.stringify(error)));
      assert.deepEqual(sorted((await ann.dialog(id)).occupants_ids), sorted([ann.id, ben.id]));
    });

    test('are removed by the owner only, and then out of it', async () => {
      const id = await ann.group('Closed doors', [ben.id, cat.id]);
      await ann.cube.chat.dialog.addAdmins(id, [ben.id]);
      await refused(remove(ben, id, [cat.id]), 403);
      await refused(remove(cat, id, [ann.id]), 403);
      assert.equal((await ann.dialog(id)).occupants_ids.length, 3);
      const changed = await remove(ann, id, [cat.id]);
      assert.deepEqual(sorted(changed.occupants_ids), sorted([ann.id, ben.id]));
      assert.equal(await cat.dialog(id), undefined);
      const { code } = await cat.isRefused(cat.send(id, id, 'I am still here'));
      assert.ok([403, 404].includes(code), `code ${code}`);
      await assert.rejects(cat.cube.chat.message.list({ chat_dialog_id: id }), ({ code: status }) =>
        [403, 404].includes(status),
      );
      assert.deepEqual(await ann.history(id), []);
    });

    test('leave by themselves', async () => {
      const id = await ann.group('Way out', [ben.id, cat.id]);
      await remove(ben, id, [ben.id]);
      assert.equal(await ben.dialog(id), undefined);
      assert.deepEqual(sorted((await ann.dialog(id)).occupants_ids), sorted([ann.id, cat.id]));
    });

    test('keep the group when its owner leaves: an admin takes over', async () => {
      const id = await ann.group('Heirs', [ben.id, cat.id]);
      await ann.cube.chat.dialog.addAdmins(id, [cat.id]);
      await remove(ann, id, [ann.id]);
      const seen = await ben.dialog(id);
      assert.deepEqual([seen.user_id, sorted(seen.occupants_ids)], [cat.id, sorted([ben.id, cat.id])]);
      await remove(cat, id, [cat.id]);
      assert.equal((await ben.dialog(id)).user_id, ben.id, 'without an admin the next member');
      await remove(ben, id, [ben.id]);
      assert.equal(await ben.dialog(id), undefined);
      await refused(ben.cube.chat.dialog.delete(id), 404);
    });

    test('who are removed while away get nothing of it when they are back', async () => {
      const [id, other] = [await ann.group('Without ben', [ben.id]), await ann.group('With ben', [ben.id])];
      await ben.disconnect();
      await remove(ann, id, [ben.id]);
      await ann.isSent(ann.send(id, id, 'not for ben'));
      await ann.isSent(ann.send(other, other, 'for ben'));
      await ben.connect();
      await ben.hears('for ben');
      assert.equal(ben.heard('not for ben'), false);
    });

    test('who have no account any more are in no dialog', async () => {
      const dan = await SdkPerson.signUp(backend, 'dan');
      const id = await ann.group('With dan', [ben.id, dan.id]);
      const secret = await ann.privateDialog(dan.id);
      await dan.disconnect();
      await dan.cube.users.delete();
      assert.deepEqual(sorted((await ann.dialog(id)).occupants_ids), sorted([ann.id, ben.id]));
      const { code } = await ann.isRefused(ann.send(dan.id, secret, 'are you there?'));
      assert.ok([404, 503].includes(code), `code ${code}`);
      ann.send(id, id, 'we are still here');
      await ben.hears('we are still here');
    });

    test('what is written while they are away waits for them', async () => {
      const id = await ann.group('Patience', [ben.id]);
      await ben.disconnect();
      await ann.isSent(ann.send(id, id, 'come back'));
      await ben.connect();
      await ben.hears('come back');
      assert.equal((await ben.dialog(id)).unread_messages_count, 1);
    });
  });

  describe('admins', () => {
    test('are made and unmade by the owner', async () => {
      const id = await ann.group('Helpers', [ben.id, cat.id]);
      const made = await ann.cube.chat.dialog.addAdmins(id, [ben.id, cat.id]);
      assert.deepEqual(named(made), sorted([ben.id, cat.id]));
      await refused(ben.cube.chat.dialog.removeAdmins(id, [cat.id]), 403);
      await refused(ben.cube.chat.dialog.addAdmins(id, [ann.id]), 403);
      const unmade = await ann.cube.chat.dialog.removeAdmins(id, [ben.id]);
      assert.deepEqual(named(unmade), [cat.id]);
      assert.deepEqual(named(await ben.dialog(id)), [cat.id]);
    });

    test('are at most five, and the sixth changes nothing', async () => {
      const people = [];
      for (let number = 1; number <= 6; number += 1) people.push(await account(`admin-${number}`));
      const id = await ann.group('Many hands', people);
      await ann.cube.chat.dialog.addAdmins(id, people.slice(0, 5));
      await refused(ann.cube.chat.dialog.addAdmins(id, [people[5]]), 422, /admins_ids/);
      assert.deepEqual(named(await ann.dialog(id)), sorted(people.slice(0, 5)));
      const all = await ann.group('All at once', people);
      await refused(ann.cube.chat.dialog.addAdmins(all, people), 422, /admins_ids/);
      assert.deepEqual(named(await ann.dialog(all)), []);
    });

    test('are members, and none any more once they are out', async () => {
      const id = await ann.group('Insiders', [ben.id]);
      await assert.rejects(ann.cube.chat.dialog.addAdmins(id, [cat.id]), ({ code }) => code < 500);
      assert.deepEqual(named(await ann.dialog(id)), []);
      await ann.cube.chat.dialog.addAdmins(id, [ben.id]);
      await remove(ann, id, [ben.id]);
      await add(ann, id, [ben.id]);
      assert.deepEqual(named(await ann.dialog(id)), []);
    });
  });

  describe('rooms', () => {
    test('are joined and left, and the others see it', async () => {
      const id = await ann.group('Room', [ben.id]);
      await ann.cube.chat.muc.join(id);
      await ben.cube.chat.muc.join(id);
      const came = await ann.inbox.next(
        'the other',
        (item) => item.kind === 'joined' && item.user === ben.id,
      );
      assert.equal(came.dialog, id);
      assert.deepEqual(sorted(await ann.cube.chat.muc.listOnlineUsers(id)), sorted([ann.id, ben.id]));
      await ben.cube.chat.muc.leave(id);
      const gone = await ann.inbox.next('the other', (item) => item.kind === 'left' && item.user === ben.id);
      assert.equal(gone.dialog, id);
      assert.deepEqual(await ann.cube.chat.muc.listOnlineUsers(id), [ann.id]);
      await ann.cube.chat.muc.leave(id);
    });

    test('of other people refuse a stranger', async () => {
      const id = await ann.group('Members only', [ben.id]);
      await assert.rejects(cat.cube.chat.muc.join(id), (error) => {
        assert.match(String(error.code), /^40[347]$/);
        assert.ok(error.message.length > 0);
        return true;
      });
    });

    test('tell who is removed, and by whom', async () => {
      const id = await ann.group('Out', [ben.id]);
      await ben.cube.chat.muc.join(id);
      await remove(ann, id, [ben.id]);
      const kicked = await ben.inbox.next('the removal', (item) => item.kind === 'kicked');
      assert.deepEqual([kicked.dialog, kicked.by], [id, ann.id]);
    });

    test('forget who has lost the line', async () => {
      const id = await ann.group('Fragile', [ben.id]);
      await ann.cube.chat.muc.join(id);
      await ben.cube.chat.muc.join(id);
      await ann.inbox.next('the other', (item) => item.kind === 'joined' && item.dialog === id);
      await ben.disconnect();
      const gone = await ann.inbox.next('the loss', (item) => item.kind === 'left' && item.dialog === id);
      assert.equal(gone.user, ben.id);
      await ben.connect();
    });

    test('need no join for messages', async () => {
      const id = await ann.group('No join', [ben.id]);
      ann.send(id, id, 'without joining');
      await ben.hears('without joining');
    });
  });
});
