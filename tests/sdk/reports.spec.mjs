// Reports and stored files, with the official SDK.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson, refused } from './support/sdk.mjs';

const UNKNOWN = '0123456789abcdef01234567';

describe('records and files of the SDK', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;

  before(async () => {
    backend = await Backend.start();
    ann = await SdkPerson.signUp(backend, 'ann');
    ben = await SdkPerson.signUp(backend, 'ben');
  });

  after(async () => {
    await Promise.all([ann, ben].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  describe('reports', () => {
    test('of a person and of a message are kept, and listed by the administrator', async () => {
      const dialog = await ann.privateDialog(ben.id);
      const message = ben.send(ann.id, dialog, 'something rude');
      await ann.hears('something rude');
      const person = await ann.cube.data.create('UserReports', { reportedUserId: ben.id, reason: 'rude' });
      assert.match(person._id, /^[0-9a-f]{24}$/);
      assert.deepEqual([person.reportedUserId, person.reason, person.user_id], [ben.id, 'rude', ann.id]);
      assert.ok(Number.isInteger(person.created_at));
      assert.equal(person.permissions.update.access, 'owner');
      const text = await ann.cube.data.create('MessageReports', {
        reportedMessageId: message,
        reason: 'ruder',
      });
      assert.equal(text.reportedMessageId, message);
      const listed = JSON.stringify(JSON.parse(await backend.command('reports', '--json')));
      for (const word of ['rude', 'ruder', message, `${ben.id}`, `${ann.id}`]) {
        assert.ok(listed.includes(word), `${word} in ${listed}`);
      }
      const table = await backend.command('reports');
      assert.ok(table.includes('ruder') && table.includes(message), table);
    });

    test('are seen, changed and deleted by who made them', async () => {
      const { data } = ann.cube;
      const { _id: id } = await data.create('UserReports', { reportedUserId: ben.id, reason: 'first' });
      const list = await data.list('UserReports', { reason: 'first', limit: 10, sort_asc: 'created_at' });
      assert.equal(list.class_name, 'UserReports');
      assert.deepEqual(
        list.items.map((item) => item._id),
        [id],
      );
      const theirs = await ben.cube.data.list('UserReports', { reason: 'first' });
      assert.deepEqual(theirs.items, []);
      const changed = await data.update('UserReports', { id, reason: 'second' });
      assert.deepEqual([changed.reason, changed.reportedUserId], ['second', ben.id]);
      await assert.rejects(ben.cube.data.update('UserReports', { id, reason: 'mine' }), ({ code }) =>
        [403, 404].includes(code),
      );
      await assert.rejects(ben.cube.data.delete('UserReports', id), ({ code }) => [403, 404].includes(code));
      await data.delete('UserReports', id);
      assert.deepEqual((await data.list('UserReports', { reason: 'second' })).items, []);
    });

    test('of no class there is, or of nothing, are refused', async () => {
      await assert.rejects(
        ann.cube.data.create('NoSuchClass', { a: 1 }),
        ({ code }) => code >= 400 && code < 500,
      );
      await refused(ann.cube.data.update('UserReports', { id: UNKNOWN, reason: 'x' }), 404);
      await refused(ann.cube.data.delete('UserReports', UNKNOWN), 404);
    });

    test('several are deleted at once, and each is accounted for', async () => {
      const { data } = ann.cube;
      const mine = await data.create('UserReports', { reportedUserId: ben.id, reason: 'several' });
      const result = await data.delete('UserReports', [mine._id, UNKNOWN]);
      assert.deepEqual(result.SuccessfullyDeleted.ids, [mine._id]);
      assert.deepEqual(result.NotFound.ids, [UNKNOWN]);
    });
  });

  describe('records', () => {
    test('are made, changed and deleted several at a time', async () => {
      const { data } = ann.cube;
      const report = (reason) => ({ reportedUserId: ben.id, reason });
      const made = await data.create('UserReports', [report('batch a'), report('batch b')]);
      assert.equal(made.class_name, 'UserReports');
      assert.deepEqual(made.items.map((item) => item.reason).sort(), ['batch a', 'batch b']);
      const [first, second] = made.items;
      const changed = await data.update('UserReports', [
        { id: first._id, reason: 'batch c' },
        { id: UNKNOWN, reason: 'lost' },
      ]);
      assert.deepEqual(
        [changed.items.map((item) => item.reason), changed.not_found.ids],
        [['batch c'], [UNKNOWN]],
      );
      const list = await data.list('UserReports', { 'reason[ctn]': 'batch' });
      assert.deepEqual(
        new Map(list.items.map((item) => [item._id, item.reason])),
        new Map([
          [first._id, 'batch c'],
          [second._id, second.reason],
        ]),
      );
      const { items } = await data.list('UserReports', { reason: { in: ['batch c', 'nothing'] }, limit: 5 });
      assert.deepEqual(
        items.map((item) => item._id),
        [first._id],
      );
      const total = await data.delete('UserReports', { reason: { in: [second.reason, 'batch c'] } });
      assert.deepEqual(total, { total_deleted: 2 });
    });

    test('tell their author who may do what', async () => {
      const { _id: id } = await ann.cube.data.create('UserReports', {
        reportedUserId: ben.id,
        reason: 'whose',
      });
      const answer = await ann.cube.data.readPermissions('UserReports', id);
      assert.deepEqual([answer.record_id, answer.permissions.update.access], [id, 'owner']);
    });
  });

  describe('files', () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 251));

    /** @param {SdkPerson} person */
    const upload = (person, more = {}) =>
      person.cube.storage.createAndUpload({
        name: 'picture.png',
        file: bytes,
        type: 'image/png',
        size: bytes.length,
        public: false,
        ...more,
      });

    /** @param {string} url */
    async function download(url, headers = {}) {
      const answer = await fetch(url, { headers });
      const body = new Uint8Array(await answer.arrayBuffer());
      return { status: answer.status, type: answer.headers.get('content-type'), body };
    }

    test('are uploaded in one call and downloaded by their private address', async () => {
      const blob = await upload(ann);
      assert.deepEqual([blob.name, blob.content_type, blob.size], ['picture.png', 'image/png', bytes.length]);
      assert.match(blob.uid, /^[0-9A-Za-z]+$/);
      const got = await download(ann.cube.storage.privateUrl(blob.uid));
      assert.deepEqual([got.status, got.type], [200, 'image/png']);
      assert.ok(bytes.equals(got.body), 'the same bytes');
      const theirs = await download(ben.cube.storage.privateUrl(blob.uid));
      assert.equal(theirs.status, 200, 'any session of the application may read it');
      assert.ok([401, 403].includes((await download(ann.cube.storage.publicUrl(blob.uid))).status));
    });

    test('that are public need no session, and are given in parts', async () => {
      const { uid } = await upload(ann, { public: true });
      const url = ann.cube.storage.publicUrl(uid);
      assert.ok(bytes.equals((await download(url)).body));
      const part = await download(url, { range: 'bytes=100-199' });
      assert.equal(part.status, 206);
      assert.ok(bytes.subarray(100, 200).equals(part.body));
    });

    test('tell of themselves, and are listed and deleted by their owner', async () => {
      const cat = await SdkPerson.signUp(backend, 'cat');
      const blob = await upload(cat);
      const { blob: info } = await cat.cube.storage.getInfo(blob.id);
      assert.deepEqual([info.uid, info.size, info.public], [blob.uid, bytes.length, false]);
      const list = await cat.cube.storage.list({ page: 1, per_page: 10 });
      assert.deepEqual([list.total_entries, list.items.map((item) => item.blob.id)], [1, [blob.id]]);
      await assert.rejects(ben.cube.storage.delete(blob.id), ({ code }) => [403, 404].includes(code));
      await cat.cube.storage.delete(blob.id);
      await refused(cat.cube.storage.getInfo(blob.id), 404);
      assert.equal((await download(cat.cube.storage.privateUrl(blob.uid))).status, 404);
      await cat.disconnect();
    });

    test('that were never completed are not there to download', async () => {
      const { blob } = await ann.cube.storage.create({
        name: 'a.txt',
        content_type: 'text/plain',
        public: true,
      });
      assert.equal((await download(ann.cube.storage.privateUrl(blob.uid))).status, 404);
      const stranger = await download(ann.cube.storage.publicUrl(blob.uid));
      assert.ok([401, 404].includes(stranger.status), `${stranger.status}`);
    });

    test('are renamed, and give an address to download them', async () => {
      const blob = await upload(ann);
      const { blob: renamed } = await ann.cube.storage.update({ id: blob.id, name: 'new name.png' });
      assert.deepEqual([renamed.id, renamed.name, renamed.size], [blob.id, 'new name.png', bytes.length]);
      const { blob: object } = await ann.cube.storage.getFileObject(blob.uid, { download_url: 1 });
      const got = await download(object.blob_object_access.download_url);
      assert.ok(bytes.equals(got.body), `status ${got.status}`);
    });

    test('are the pictures of people and dialogs', async () => {
      const { uid } = await upload(ann);
      const group = await ann.group('With a picture', [ben.id]);
      await ann.cube.chat.dialog.update(group, { photo: uid });
      await ann.cube.users.update({ avatar: uid });
      const { photo } = await ben.dialog(group);
      assert.ok(bytes.equals((await download(ben.cube.storage.privateUrl(photo))).body));
      const { items } = await ben.cube.users.getV2({ id: ann.id });
      assert.equal(items[0].avatar, uid);
    });
  });
});
