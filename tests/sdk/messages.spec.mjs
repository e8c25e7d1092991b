// What becomes of messages after they were sent, with the official SDK on all sides.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson, ago, refused } from './support/sdk.mjs';

const UNKNOWN = '0123456789abcdef01234567';

describe('messages for the SDK', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} Ann's other device */
  let tablet;
  /** @type {SdkPerson} */
  let ben;
  /** @type {string} */
  let dialog;
  /** @type {string} */
  let group;

  before(async () => {
    backend = await Backend.start();
    ann = await SdkPerson.signUp(backend, 'ann');
    tablet = await ann.anotherDevice(backend);
    ben = await SdkPerson.signUp(backend, 'ben');
    dialog = await ann.privateDialog(ben.id);
    group = await ann.group('Friday party', [ben.id]);
  });

  after(async () => {
    await Promise.all([ann, tablet, ben].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  /**
   * A message that Ben has; its id.
   *
   * @param {number | string} to
   * @param {string} body
   */
  async function said(to, body) {
    const id = ann.send(to, to === group ? group : dialog, body);
    await ben.hears(body);
    return id;
  }

  /** The message of the history. */
  async function stored(person, where, id) {
    const params = { chat_dialog_id: where, _id: id, mark_as_read: 0 };
    return (await person.cube.chat.message.list(params)).items[0];
  }

  describe('changed', () => {
    test('over XMPP to a person: the other and the own other device hear of it', async () => {
      const id = await said(ben.id, 'helo');
      ann.cube.chat.editMessage({
        to: ben.id,
        dialogId: dialog,
        body: 'hello',
        originMessageId: id,
        last: true,
        extension: { colour: 'blue' },
      });
      const [theirs, mine] = [await ben.notices('updated', id), await tablet.notices('updated', id)];
      for (const heard of [theirs, mine]) {
        assert.deepEqual([heard.last, heard.body, heard.dialog, heard.from], [true, 'hello', dialog, ann.id]);
      }
      const message = await stored(ben, dialog, id);
      assert.equal(message.message, 'hello');
      assert.notEqual(message.edited_at, null);
    });

    test('over XMPP in a group: everyone hears of it, the author by reflection', async () => {
      const id = await said(group, 'helo all');
      const change = { to: group, dialogId: group, body: 'hello all', originMessageId: id, last: false };
      ann.cube.chat.editMessage(change);
      for (const person of [ben, ann, tablet]) {
        const heard = await person.notices('updated', id);
        assert.deepEqual(
          [heard.last, heard.body, heard.dialog, heard.from],
          [false, 'hello all', group, ann.id],
        );
      }
    });

    test('over REST: by the author only, and all devices hear of it', async () => {
      // Surely the last one: within one second the ids decide on the order.
      const id = ann.send(ben.id, dialog, 'thanx', ago(-5));
      await ben.hears('thanx');
      const { message } = ann.cube.chat;
      await message.update(id, { chat_dialog_id: dialog, message: 'thanks' });
      for (const person of [ben, ann, tablet]) {
        const heard = await person.notices('updated', id);
        assert.deepEqual(
          [heard.last, heard.body, heard.dialog, heard.from],
          [true, 'thanks', dialog, ann.id],
        );
      }
      const foreign = ben.cube.chat.message.update(id, { chat_dialog_id: dialog, message: 'x' });
      await refused(foreign, 403);
    });

    test('by somebody else, or where there is none: an error for the sender', async () => {
      const id = await said(ben.id, 'mine');
      ben.cube.chat.editMessage({ to: ann.id, dialogId: dialog, body: 'x', originMessageId: id, last: true });
      ben.cube.chat.deleteMessage({ to: ann.id, dialogId: dialog, messageId: id });
      ben.cube.chat.deleteMessage({ to: ann.id, dialogId: dialog, messageId: UNKNOWN });
      for (const code of [403, 403, 404]) {
        const { error } = await ben.inbox.next('an error', (item) => item.kind === 'error');
        assert.equal(error.code, code);
      }
      assert.equal((await stored(ann, dialog, id)).message, 'mine');
    });
  });

  describe('deleted', () => {
    test('over XMPP to a person: gone on both sides', async () => {
      const id = await said(ben.id, 'oops');
      ann.cube.chat.deleteMessage({ to: ben.id, dialogId: dialog, messageId: id });
      for (const person of [ben, tablet]) {
        const heard = await person.notices('deleted', id);
        assert.deepEqual([heard.dialog, heard.from], [dialog, ann.id]);
      }
      assert.equal(await stored(ben, dialog, id), undefined);
      assert.equal(await stored(ann, dialog, id), undefined);
    });

    test('in a group also by its owner, over XMPP and REST', async () => {
      const ids = ['one of ben', 'two of ben'].map((text) => ben.send(group, group, text));
      await ann.hears('two of ben');
      ann.cube.chat.deleteMessage({ to: group, dialogId: group, messageId: ids[0] });
      const result = JSON.parse(await ann.cube.chat.message.delete([ids[1]], { force: 1 }));
      assert.deepEqual(result.SuccessfullyDeleted.ids, [ids[1]]);
      for (const id of ids) {
        for (const person of [ben, ann, tablet]) {
          const heard = await person.notices('deleted', id);
          assert.deepEqual([heard.dialog, heard.from], [group, ann.id]);
        }
        assert.equal(await stored(ben, group, id), undefined);
      }
    });

    test('for oneself: gone from the own list alone, and nobody hears of it', async () => {
      const id = await said(ben.id, 'only for you');
      const result = JSON.parse(await ben.cube.chat.message.delete([id, UNKNOWN], {}));
      assert.deepEqual(result, {
        SuccessfullyDeleted: { ids: [id] },
        NotFound: { ids: [UNKNOWN] },
        WrongPermissions: { ids: [] },
      });
      assert.equal(await stored(ben, dialog, id), undefined);
      assert.equal((await stored(ann, dialog, id)).message, 'only for you');
      const force = JSON.parse(await ben.cube.chat.message.delete([await said(ben.id, 'x')], { force: 1 }));
      assert.equal(force.WrongPermissions.ids.length, 1);
      assert.equal(ann.inbox.kept((item) => item.kind === 'deleted' && item.id === id).length, 0);
    });
  });

  describe('reacted to', () => {
    test('both sides and all own devices hear of it, and it is counted', async () => {
      const id = await said(ben.id, 'news');
      const { message } = ben.cube.chat;
      await message.addReaction(id, '🔥');
      for (const person of [ann, tablet, ben]) {
        const heard = await person.notices('reacted', id);
        const { from, dialog: where, add, remove } = heard;
        assert.deepEqual([from, where, add, remove], [ben.id, dialog, '🔥', undefined]);
      }
      await message.updateReaction(id, '👎', '🔥');
      const changed = await ann.notices('reacted', id);
      assert.deepEqual([changed.add, changed.remove], ['👎', '🔥']);
      await ann.cube.chat.message.addReaction(id, '👎');
      const both = (await message.listReactions(id))['👎'];
      assert.deepEqual([...both].sort(), [ann.id, ben.id].sort());
      assert.deepEqual((await stored(ben, dialog, id)).reactions, { own: ['👎'], total: { '👎': 2 } });
      await message.removeReaction(id, '👎');
      assert.deepEqual((await stored(ben, dialog, id)).reactions, { own: [], total: { '👎': 1 } });
    });

    test('in a group', async () => {
      const id = await said(group, 'group news');
      await ben.cube.chat.message.addReaction(id, '👍');
      for (const person of [ann, tablet, ben]) {
        const heard = await person.notices('reacted', id);
        assert.deepEqual([heard.from, heard.dialog, heard.add], [ben.id, group, '👍']);
      }
    });

    test('with a text that is too long: refused', async () => {
      const id = await said(ben.id, 'more news');
      await refused(ben.cube.chat.message.addReaction(id, 'x'.repeat(33)), 422);
    });
  });

  test('who was away hears of all of it later', async () => {
    await ben.disconnect();
    const first = ann.send(ben.id, dialog, 'first, changed');
    const second = ann.send(ben.id, dialog, 'second, deleted');
    await ann.isSent(second);
    const change = { to: ben.id, dialogId: dialog, body: 'first', originMessageId: first, last: false };
    ann.cube.chat.editMessage(change);
    ann.cube.chat.deleteMessage({ to: ben.id, dialogId: dialog, messageId: second });
    await tablet.notices('deleted', second);
    await ann.cube.chat.message.addReaction(first, '👍');
    await ben.connect();
    assert.equal((await ben.notices('updated', first)).body, 'first');
    assert.equal((await ben.notices('deleted', second)).from, ann.id);
    assert.equal((await ben.notices('reacted', first)).add, '👍');
  });

  test('searched: texts and names of what one sees, within bounds', async () => {
    const id = ann.send(ben.id, dialog, 'Lorem ipsum dolor', ago(5));
    await ann.isSent(id);
    const search = (params) => ben.cube.chat.search(params);
    const { results } = await search({ search_text: 'rem ips', chat_dialog_ids: [dialog] });
    assert.deepEqual(
      results.messages.map((message) => message._id),
      [id],
    );
    const day = 24 * 60 * 60 * 1000;
    const now = Date.now();
    const today = { start_date: new Date(now + day), end_date: new Date(now - day) };
    assert.equal((await search({ search_text: 'Lorem', ...today })).results.messages.length, 1);
    const named = await search({ search_text: 'Friday' });
    assert.deepEqual(
      named.results.dialogs.map((found) => found._id),
      [group],
    );
    assert.equal((await search({ search_text: 'lorem' })).results.messages.length, 0);
    await refused(search({ search_text: 'four' }), 422, /search_text/);
  });
});
