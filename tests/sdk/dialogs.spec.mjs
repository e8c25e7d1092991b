// The four kinds of dialogs, with the official SDK on both sides.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson, ago, refused } from './support/sdk.mjs';

const UNKNOWN = '0123456789abcdef01234567';

describe('dialogs for the SDK', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;
  /** @type {SdkPerson} */
  let cat;

  before(async () => {
    backend = await Backend.start('dialog_fields = ["location", "mood"]\n');
    ann = await SdkPerson.signUp(backend, 'ann');
    ben = await SdkPerson.signUp(backend, 'ben');
    cat = await SdkPerson.signUp(backend, 'cat');
  });

  after(async () => {
    await Promise.all([ann, ben, cat].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  describe('private', () => {
    test('two people have one, which bears the other’s name', async () => {
      const id = await ann.privateDialog(ben.id);
      assert.equal(await ann.privateDialog(ben.id), id);
      assert.equal(await ben.privateDialog(ann.id), id);
      const [mine, theirs] = [await ann.dialog(id), await ben.dialog(id)];
      assert.deepEqual([mine.type, mine.name, mine.xmpp_room_jid], [3, 'ben', null]);
      assert.equal(theirs.name, 'ann');
      assert.deepEqual([...mine.occupants_ids].sort(), [ann.id, ben.id].sort());
    });

    test('nobody can be added to it, and it keeps its name', async () => {
      const id = await ann.privateDialog(ben.id);
      const push = { push_all: { occupants_ids: [cat.id] } };
      await refused(ann.cube.chat.dialog.update(id, push), 403, /occupants_ids is possible only/);
      await refused(ann.cube.chat.dialog.update(id, { name: 'Our own' }), 403);
    });

    test('with oneself or with nobody there is none', async () => {
      const create = (occupants) => ann.cube.chat.dialog.create({ type: 3, occupants_ids: occupants });
      await assert.rejects(create([ann.id]), (error) => error.code >= 400 && error.code < 500);
      await assert.rejects(create([999_999_999]), (error) => error.code >= 400 && error.code < 500);
    });

    test('deleted by one it is hidden from that one, until the next message', async () => {
      const id = await ann.privateDialog(cat.id);
      await ann.isSent(ann.send(cat.id, id, 'before', ago(60)));
      await cat.hears('before');
      await ann.cube.chat.dialog.delete(id);
      assert.equal(await ann.dialog(id), undefined);
      assert.notEqual(await cat.dialog(id), undefined);
      cat.send(ann.id, id, 'after');
      await ann.hears('after');
      assert.equal((await ann.dialog(id)).last_message, 'after');
      assert.deepEqual(await cat.history(id), ['before', 'after']);
    });
  });

  describe('a group', () => {
    test('has all that it was made with, its fields as text and only those allowed', async () => {
      const made = await ann.cube.chat.dialog.create({
        type: 2,
        name: 'Friday party',
        occupants_ids: [ben.id],
        description: 'Every week',
        photo: 'party.jpg',
        extensions: { location: 'Sun bar', mood: 7, secret: 'x' },
        admins_ids: [ben.id],
      });
      for (const seen of [made, await ben.dialog(made._id)]) {
        assert.deepEqual(
          [seen.type, seen.user_id, seen.name, seen.description, seen.photo],
          [2, ann.id, 'Friday party', 'Every week', 'party.jpg'],
        );
        assert.deepEqual(seen.extensions, { location: 'Sun bar', mood: '7' });
        assert.deepEqual(seen.admins_ids, [ann.id, ben.id], 'the owner is one of them, as in the guide');
        assert.deepEqual([...seen.occupants_ids].sort(), [ann.id, ben.id].sort());
        assert.match(seen.xmpp_room_jid, new RegExp(`^\\d+_${made._id}@`));
      }
    });

    test('is a new one each time, even with the same people', async () => {
      assert.notEqual(await ann.group('Twins', [ben.id]), await ann.group('Twins', [ben.id]));
    });

    test('needs a name of at most 200 characters', async () => {
      const create = (name) => ann.cube.chat.dialog.create({ type: 2, name, occupants_ids: [ben.id] });
      await refused(create('n'.repeat(201)), 422, /name/);
      await refused(create(''), 422, /name/);
      await refused(create(undefined), 422, /name/);
      const made = await create('ä'.repeat(200));
      await refused(ann.cube.chat.dialog.update(made._id, { name: 'n'.repeat(201) }), 422, /name/);
      assert.equal((await ben.dialog(made._id)).name, 'ä'.repeat(200));
    });

    test('is renamed and described by any member, field by field', async () => {
      const id = await ann.group('Before', [ben.id]);
      const { updated_at: made } = await ann.dialog(id);
      await ben.cube.chat.dialog.update(id, { name: 'After' });
      await ann.cube.chat.dialog.update(id, { description: 'Words', photo: 'a.png' });
      await ben.cube.chat.dialog.update(id, { extensions: { mood: 'fine' } });
      const seen = await ann.dialog(id);
      assert.deepEqual(
        [seen.name, seen.description, seen.photo, seen.extensions],
        ['After', 'Words', 'a.png', { mood: 'fine' }],
      );
      assert.ok(seen.updated_at >= made);
      await ann.cube.chat.dialog.update(id, { photo: null });
      assert.deepEqual([(await ben.dialog(id)).photo, (await ben.dialog(id)).name], [null, 'After']);
    });

    test('edited by two at once keeps what each of them changed', async () => {
      const id = await ann.group('Together', [ben.id]);
      const edits = Array.from({ length: 5 }, (_, number) => [
        ann.cube.chat.dialog.update(id, { name: `Name ${number}` }),
        ben.cube.chat.dialog.update(id, { description: `Words ${number}` }),
      ]);
      await Promise.all(edits.flat());
      const seen = await ann.dialog(id);
      assert.match(seen.name, /^Name \d$/);
      assert.match(seen.description, /^Words \d$/);
      assert.deepEqual(await ben.dialog(id), seen, 'both see the same');
    });

    test('of other people is not there for a stranger', async () => {
      const id = await ann.group('Ours', [ben.id]);
      assert.equal(await cat.dialog(id), undefined);
      const { dialog, message } = cat.cube.chat;
      await Promise.all(
        [
          dialog.update(id, { name: 'Mine' }),
          dialog.delete(id),
          dialog.clearHistory(id),
          dialog.updateNotificationsSettings(id, false),
          message.list({ chat_dialog_id: id }),
        ].map((call) => assert.rejects(call, ({ code: status }) => [403, 404].includes(status))),
      );
      const { code } = await cat.isRefused(cat.send(id, id, 'let me in'));
      assert.ok([403, 404].includes(code), `code ${code}`);
      assert.deepEqual(await ann.history(id), []);
    });
  });

  describe('a public dialog', () => {
    /** @param {boolean} preview */
    const open = async (name, preview) =>
      (await ann.cube.chat.dialog.create({ type: 4, name, permissions: { allow_preview: preview } }))._id;

    test('is found by exploring, not among one’s own', async () => {
      const id = await open('Blockchain trends', true);
      assert.equal(await ben.dialog(id), undefined);
      const found = await ben.dialogs({ type: 4, name: { ctn: 'chain' } });
      assert.deepEqual(
        found.map((dialog) => [dialog._id, dialog.occupants_ids, dialog.occupants_count]),
        [[id, [], 1]],
      );
      const { items } = await ben.cube.chat.dialog.list({ type: 4, count: 1 });
      assert.ok(items.count >= 1);
    });

    test('lets strangers read the last twenty messages, if it says so', async () => {
      const id = await open('Preview', true);
      for (let number = 1; number <= 25; number += 1) ann.send(id, id, `line ${number}`, ago(60 - number));
      await ann.isSent(ann.send(id, id, 'the end'));
      const { items } = await ben.cube.chat.message.list({ chat_dialog_id: id, preview: 1 });
      assert.equal(items.length, 20);
      assert.equal(items.at(-1).message, 'the end');
      assert.ok(items.every((item) => !item.read_ids.includes(ben.id)));
      await assert.rejects(ben.cube.chat.message.list({ chat_dialog_id: id }), ({ code }) => code >= 400);
      const closed = await open('No preview', false);
      await refused(ben.cube.chat.message.list({ chat_dialog_id: closed, preview: 1 }), 403);
    });

    test('has those who subscribe, who then write and are listed', async () => {
      const id = await open('Subscribers', false);
      const joined = await ben.cube.chat.dialog.subscribe(id);
      assert.deepEqual([joined._id, joined.occupants_count, joined.occupants_ids], [id, 2, []]);
      await ben.cube.chat.dialog.subscribe(id);
      assert.equal((await ben.dialog(id)).occupants_count, 2, 'twice is once');
      ben.send(id, id, 'hello channel');
      const heard = await ann.hears('hello channel');
      assert.deepEqual([heard.from, heard.message.type], [ben.id, 'groupchat']);
      const people = async (params) =>
        (await ann.cube.chat.dialog.getPublicOccupants(id, params)).items.map((user) => user.id);
      assert.deepEqual((await people({ limit: 100, skip: 0 })).sort(), [ann.id, ben.id].sort());
      const pages = [await people({ limit: 1, skip: 0 }), await people({ limit: 1, skip: 1 })];
      assert.deepEqual(pages.flat().sort(), [ann.id, ben.id].sort());
      assert.deepEqual(await people({ limit: 1, skip: 2 }), []);
    });

    test('is gone for who unsubscribes', async () => {
      const id = await open('Come and go', false);
      await ben.cube.chat.dialog.subscribe(id);
      await ben.cube.chat.dialog.unsubscribe(id);
      assert.equal(await ben.dialog(id), undefined);
      assert.equal((await ann.dialog(id)).occupants_count, 1);
      const { code } = await ben.isRefused(ben.send(id, id, 'still here?'));
      assert.ok([403, 404].includes(code), `code ${code}`);
      ann.send(id, id, 'only me');
      const other = await open('Elsewhere', false);
      await ben.cube.chat.dialog.subscribe(other);
      await ann.isSent(ann.send(other, other, 'marker'));
      await ben.hears('marker');
      assert.equal(ben.heard('only me'), false);
    });

    test('is changed by owner and admins only', async () => {
      const id = await open('Rules', false);
      await ben.cube.chat.dialog.subscribe(id);
      await refused(ben.cube.chat.dialog.update(id, { name: 'Mine now' }), 403);
      await refused(ben.cube.chat.dialog.update(id, { permissions: { allow_preview: true } }), 403);
      await ann.cube.chat.dialog.addAdmins(id, [ben.id]);
      await ben.cube.chat.dialog.update(id, { name: 'Ours', permissions: { allow_preview: true } });
      const seen = await ann.dialog(id);
      assert.deepEqual([seen.name, seen.permissions], ['Ours', { allow_preview: true }]);
    });

    test('that does not exist cannot be subscribed to', async () => {
      await refused(ben.cube.chat.dialog.subscribe(UNKNOWN), 404);
      const secret = await ann.privateDialog(cat.id);
      await assert.rejects(ben.cube.chat.dialog.subscribe(secret), ({ code }) => [403, 404].includes(code));
    });
  });

  describe('a broadcast', () => {
    test('cannot be made by an app', async () => {
      await assert.rejects(
        ann.cube.chat.dialog.create({ type: 1, name: 'News' }),
        ({ code }) => code === 403 || code === 422,
      );
    });

    test('is everyone’s to read and its owner’s to write', async () => {
      const made = JSON.parse(await backend.command('broadcast', '--name', 'News', '--owner', `${ann.id}`));
      const id = made._id;
      for (const person of [ann, ben, cat]) {
        const seen = await person.dialog(id);
        assert.deepEqual([seen.type, seen.name, seen.user_id, seen.occupants_ids], [1, 'News', ann.id, []]);
      }
      ann.send(id, id, 'breaking news');
      await Promise.all([ben.hears('breaking news'), cat.hears('breaking news')]);
      assert.equal((await cat.dialog(id)).unread_messages_count, 1);
      assert.equal((await ben.isRefused(ben.send(id, id, 'fake news'))).code, 403);
      const create = { chat_dialog_id: id, message: 'fake news over REST', send_to_chat: 1 };
      await refused(ben.cube.chat.message.create(create), 403);
      assert.deepEqual(await cat.history(id), ['breaking news']);
      await ann.cube.chat.dialog.addAdmins(id, [ben.id]);
      ben.send(id, id, 'from an editor');
      await cat.hears('from an editor');
      const late = await SdkPerson.signUp(backend, 'late');
      const seen = await late.dialog(id);
      assert.equal(seen.unread_messages_count ?? 0, 0, 'what was before one came is not unread');
      await late.disconnect();
    });
  });

  describe('lists', () => {
    test('take filters, order, pages and counts', async () => {
      const dan = await SdkPerson.signUp(backend, 'dan');
      const ids = [];
      for (const name of ['One fish', 'Two fish', 'Red bird', 'Blue fish']) {
        ids.push(await dan.group(name, [ann.id]));
      }
      const own = { user_id: dan.id };
      const names = async (filters) => (await dan.dialogs(filters)).map((dialog) => dialog.name);
      assert.deepEqual((await names({ type: 2, name: { ctn: 'fish' } })).sort(), [
        'Blue fish',
        'One fish',
        'Two fish',
      ]);
      assert.deepEqual((await names({ _id: { in: ids.slice(0, 2) } })).sort(), ['One fish', 'Two fish']);
      assert.deepEqual((await names({ 'type[in]': '2,3', 'name[ctn]': 'bird' })).sort(), ['Red bird']);
      assert.deepEqual(await names({ ...own, type: { in: [3] } }), []);
      const { items } = await dan.cube.chat.dialog.list({ type: 2, count: 1 });
      assert.equal(items.count, 4);
      const first = await dan.cube.chat.dialog.list({ type: 2, limit: 3, skip: 0 });
      const rest = await dan.cube.chat.dialog.list({ type: 2, limit: 3, skip: 3 });
      assert.deepEqual([first.items.length, rest.items.length, first.total_entries], [3, 1, 4]);
      dan.send(ids[2], ids[2], 'newer', ago(10));
      dan.send(ids[0], ids[0], 'older', ago(20));
      await Promise.all([ann.hears('newer'), ann.hears('older')]);
      const talked = { _id: { in: [ids[0], ids[2]] } };
      for (const field of ['last_message_date_sent', 'date_sent']) {
        assert.deepEqual(await names({ ...talked, sort_desc: field }), ['Red bird', 'One fish'], field);
        assert.deepEqual(await names({ ...talked, sort_asc: field }), ['One fish', 'Red bird'], field);
      }
      const future = Math.floor(Date.now() / 1000) + 3600;
      assert.deepEqual(await names({ updated_at: { gt: future } }), []);
      assert.equal((await names({ type: 2, updated_at: { gt: future - 7200 } })).length, 4);
      await dan.disconnect();
    });

    test('find a custom field', async () => {
      const { _id: id } = await ann.cube.chat.dialog.create({
        type: 2,
        name: 'Where',
        occupants_ids: [ben.id],
        extensions: { location: 'Reykjavík harbour' },
      });
      const found = await ben.dialogs({ extensions: { location: 'Reykjavík harbour' } });
      assert.deepEqual(
        found.map((dialog) => dialog._id),
        [id],
      );
    });
  });

  describe('notifications', () => {
    test('are on until turned off, for each person apart', async () => {
      const id = await ann.group('Noisy', [ben.id]);
      const { dialog } = ann.cube.chat;
      assert.deepEqual(await dialog.getNotificationsSettings(id), { notifications: { enabled: 1 } });
      const off = await dialog.updateNotificationsSettings(id, false);
      assert.deepEqual(off, { notifications: { enabled: 0 } });
      assert.deepEqual(await dialog.getNotificationsSettings(id), { notifications: { enabled: 0 } });
      const theirs = await ben.cube.chat.dialog.getNotificationsSettings(id);
      assert.deepEqual(theirs, { notifications: { enabled: 1 } });
      await dialog.updateNotificationsSettings(id, true);
      assert.deepEqual(await dialog.getNotificationsSettings(id), { notifications: { enabled: 1 } });
    });
  });

  describe('deleting', () => {
    test('for oneself leaves it to the others', async () => {
      const id = await ann.group('Tired of it', [ben.id, cat.id]);
      await ben.cube.chat.dialog.delete(id);
      assert.equal(await ben.dialog(id), undefined);
      assert.notEqual(await cat.dialog(id), undefined);
    });

    test('for all is the owner’s', async () => {
      const id = await ann.group('To be gone', [ben.id]);
      await refused(ben.cube.chat.dialog.delete(id, { force: 1 }), 403);
      assert.notEqual(await ann.dialog(id), undefined);
      await ann.cube.chat.dialog.delete(id, { force: 1 });
      assert.equal(await ann.dialog(id), undefined);
      assert.equal(await ben.dialog(id), undefined);
      await refused(ann.cube.chat.dialog.delete(id), 404);
      await refused(ann.cube.chat.dialog.delete(UNKNOWN), 404);
    });

    test('several tells what became of each', async () => {
      const [mine, theirs, foreign] = [
        await ann.group('Mine', [ben.id]),
        await ben.group('Theirs', [ann.id]),
        await ben.group('Foreign', [cat.id]),
      ];
      const result = await ann.cube.chat.dialog.delete([mine, theirs, foreign, UNKNOWN], { force: 1 });
      assert.deepEqual(result.SuccessfullyDeleted.ids, [mine]);
      assert.deepEqual(result.WrongPermissions.ids, [theirs]);
      assert.deepEqual([...result.NotFound.ids].sort(), [foreign, UNKNOWN].sort());
      const hidden = await ann.cube.chat.dialog.delete([theirs, UNKNOWN]);
      assert.deepEqual(hidden.SuccessfullyDeleted.ids, [theirs]);
      assert.equal(await ann.dialog(theirs), undefined);
      assert.notEqual(await ben.dialog(theirs), undefined);
    });

    test('the history of a dialog is for oneself, or by the owner for all', async () => {
      const id = await ann.group('Clean slate', [ben.id]);
      ben.send(id, id, 'old words');
      await ann.hears('old words');
      await ann.cube.chat.dialog.clearHistory(id);
      assert.deepEqual(await ann.history(id), []);
      const cleared = await ann.dialog(id);
      assert.deepEqual([cleared.unread_messages_count ?? 0, cleared.last_message], [0, null]);
      assert.deepEqual(await ben.history(id), ['old words']);
      ben.send(id, id, 'new words');
      await ann.hears('new words');
      assert.deepEqual(await ann.history(id), ['new words']);
    });
  });
});
