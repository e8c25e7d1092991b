// People: finding them, one's own profile, last activity and inactive sessions, with the official SDK.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson, refused } from './support/sdk.mjs';

const NOBODY = 999_999_999;

describe('people for the SDK', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;

  before(async () => {
    backend = await Backend.start();
    ann = await SdkPerson.signUp(backend, 'annabel');
    ben = await SdkPerson.signUp(backend, 'benjamin');
  });

  after(async () => {
    await Promise.all([ann, ben].map((person) => person?.disconnect()));
    await backend?.stop();
  });

  describe('profiles', () => {
    test('are changed field by field, and others see it', async () => {
      const { user } = await ann.cube.users.update({
        full_name: 'Annabel Lee',
        phone: '+49301234567',
        website: 'https://annabel.example',
        avatar: '763ef825ad8748239ed07def2c14555100',
      });
      assert.equal(user.full_name, 'Annabel Lee');
      await ann.cube.users.update({ email: 'annabel@example.com' });
      const { items } = await ben.cube.users.getV2({ id: ann.id });
      assert.deepEqual(
        [items[0].full_name, items[0].website, items[0].avatar, items[0].login],
        ['Annabel Lee', 'https://annabel.example', '763ef825ad8748239ed07def2c14555100', 'annabel'],
      );
      await ann.cube.users.update({ website: null });
      const { items: later } = await ben.cube.users.getV2({ id: { in: [ann.id] } });
      assert.deepEqual([later[0].website, later[0].full_name], [null, 'Annabel Lee']);
    });

    test('cannot take another one’s login or e-mail', async () => {
      await refused(ben.cube.users.update({ login: 'annabel' }), 422, /login/);
      await refused(ben.cube.users.update({ login: 'ab' }), 422, /login/);
      await ann.cube.users.update({ email: 'annabel@example.com' });
      await refused(ben.cube.users.update({ email: 'annabel@example.com' }), 422, /email/);
    });

    test('change the password with the old one only', async () => {
      const dan = await SdkPerson.signUp(backend, 'daniel');
      const change = (old_password, password) => dan.cube.users.update({ old_password, password });
      await assert.rejects(change('a wrong guess', 'another secret'), ({ code }) =>
        [401, 403, 422].includes(code),
      );
      await refused(change(dan.password, 'short'), 422, /password/);
      await change(dan.password, 'another secret');
      const fresh = new SdkPerson(backend, 'daniel again');
      await assert.rejects(
        fresh.cube.createSession({ login: 'daniel', password: dan.password }),
        ({ code }) => code === 401,
      );
      const session = await fresh.cube.createSession({ login: 'daniel', password: 'another secret' });
      assert.equal(session.user_id, dan.id);
      await dan.disconnect();
    });

    test('are found by name, login, e-mail and phone', async () => {
      await ann.cube.users.update({
        full_name: 'Annabel Lee',
        email: 'annabel@example.com',
        phone: '+49301234567',
      });
      const ids = async (params) =>
        (await ben.cube.users.getV2({ limit: 10, ...params })).items.map((user) => user.id);
      for (const params of [
        { full_name: { start_with: 'anna' } },
        { full_name: 'Annabel Lee' },
        { login: { start_with: 'anna' } },
        { login: { in: ['annabel', 'nobody'] } },
        { email: 'annabel@example.com' },
        { phone: '+49301234567' },
      ]) {
        assert.deepEqual(await ids(params), [ann.id], JSON.stringify(params));
      }
      assert.deepEqual((await ids({ id: { in: [ann.id, ben.id, NOBODY] } })).sort(), [ann.id, ben.id].sort());
      assert.deepEqual(await ids({ login: 'nobody at all' }), []);
      await assert.rejects(ids({ login: { start_with: 'ann' } }), ({ code }) => code >= 400 && code < 500);
    });

    test('are found in the older ways, too', async () => {
      const { users } = ann.cube;
      await ben.cube.users.update({
        full_name: 'Benjamin Button',
        email: 'ben@example.com',
        tag_list: ['curious'],
      });
      const one = async (params) => (await users.get(params)).user.id;
      assert.deepEqual(
        [await one(ben.id), await one({ login: 'benjamin' }), await one({ email: 'ben@example.com' })],
        [ben.id, ben.id, ben.id],
      );
      for (const params of [
        { full_name: 'Benjamin Button' },
        { tags: ['curious'] },
        { filter: { field: 'id', param: 'in', value: [ben.id, NOBODY] }, page: 1, per_page: 10 },
      ]) {
        const page = await users.get(params);
        assert.deepEqual(
          page.items.map((item) => item.user.id),
          [ben.id],
          JSON.stringify(params),
        );
      }
      await refused(users.get({ login: 'nobody at all' }), 404);
    });

    test('who are online are listed and counted', async () => {
      const { users } = await ann.cube.users.listOnline({ limit: 30, offset: 0 });
      const ids = users.map((user) => (user.user ?? user).id);
      assert.ok(ids.includes(ben.id), `${ids}`);
      const { count } = await ann.cube.users.getOnlineCount();
      assert.equal(count, ids.length);
    });

    test('are gone with their account', async () => {
      const eve = await SdkPerson.signUp(backend, 'eveline');
      await eve.disconnect();
      await eve.cube.users.delete();
      const { items } = await ben.cube.users.getV2({ id: eve.id });
      assert.deepEqual(items, []);
      await assert.rejects(eve.cube.createSession({ login: 'eveline', password: eve.password }), ({ code }) =>
        [401, 404].includes(code),
      );
    });
  });

  describe('last activity', () => {
    test('is now for who is here', async () => {
      const answer = await ann.cube.chat.getLastUserActivity(ben.id);
      assert.deepEqual(answer, { userId: ben.id, seconds: 0 });
    });

    test('is the time since for who has gone', async () => {
      const fay = await SdkPerson.signUp(backend, 'fayette');
      await fay.disconnect();
      const { userId, seconds } = await ann.cube.chat.getLastUserActivity(fay.id);
      assert.equal(userId, fay.id);
      assert.ok(Number.isInteger(seconds) && seconds >= 0 && seconds < 60, `${seconds}`);
    });

    test('of nobody is an error', async () => {
      await assert.rejects(ann.cube.chat.getLastUserActivity(NOBODY), (error) => error.code === 404);
    });

    test('comes by itself to who subscribed, and no longer afterwards', async () => {
      const gil = await SdkPerson.signUp(backend, 'gilbert');
      const changes = () =>
        ann.inbox.next('a change', (item) => item.kind === 'activity' && item.user === gil.id);
      ann.cube.chat.subscribeToUserLastActivityStatus(gil.id);
      // Requests are handled in order, so that this answer comes after the subscription.
      await ann.cube.chat.getLastUserActivity(ben.id);
      ann.inbox.forget((item) => item.kind === 'activity');
      await gil.disconnect();
      const left = await changes();
      assert.ok(left.seconds >= 0, `${left.seconds}`);
      await gil.connect();
      assert.equal((await changes()).seconds, 0);
      ann.cube.chat.unsubscribeFromUserLastActivityStatus(gil.id);
      await ann.cube.chat.getLastUserActivity(ben.id);
      ann.cube.chat.subscribeToUserLastActivityStatus(ben.id);
      await ann.cube.chat.getLastUserActivity(ann.id);
      ann.inbox.forget((item) => item.kind === 'activity');
      await gil.disconnect();
      await ben.disconnect();
      await ann.inbox.next('the other one', (item) => item.kind === 'activity' && item.user === ben.id);
      assert.deepEqual(
        ann.inbox.kept((item) => item.kind === 'activity' && item.user === gil.id),
        [],
      );
      await ben.connect();
    });

    test('lasts while any device is here', async () => {
      const hal = await SdkPerson.signUp(backend, 'haldor');
      const phone = await hal.anotherDevice(backend);
      await hal.disconnect();
      assert.equal((await ann.cube.chat.getLastUserActivity(phone.id)).seconds, 0);
      await phone.disconnect();
    });
  });

  describe('an inactive session', () => {
    test('still gets everything, and is answered', async () => {
      const answers = [];
      const listen = (stanza) => answers.push(stanza);
      ben.cube.chat.xmppClient.on('stanza', listen);
      ben.cube.chat.markInactive();
      const dialog = await ann.privateDialog(ben.id);
      const id = ann.send(ben.id, dialog, 'are you looking?');
      const heard = await ben.hears('are you looking?');
      assert.equal(heard.message.id, id);
      ben.cube.chat.markActive();
      ann.send(ben.id, dialog, 'and now?');
      await ben.hears('and now?');
      assert.equal(await ben.cube.chat.pingWithTimeout(10_000).then(() => true), true);
      ben.cube.chat.xmppClient.removeListener('stanza', listen);
      const results = answers.filter((stanza) => stanza.is('iq') && stanza.attrs.id?.endsWith(':markActive'));
      assert.deepEqual(
        results.map((stanza) => stanza.attrs.type),
        ['result', 'result'],
      );
    });
  });
});
