// Who is there, who is kept from whom, and reports, between the official SDK and our engine.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { EnginePerson } from './support/engine.mjs';
import { SdkPerson } from './support/sdk.mjs';

describe('the SDK and the engine as people', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let sue;
  /** @type {EnginePerson} */
  let eve;
  /** @type {string} */
  let dialog;

  before(async () => {
    backend = await Backend.start();
    sue = await SdkPerson.signUp(backend, 'susanne');
    eve = await EnginePerson.signUp(backend, 'eveline');
    dialog = await sue.privateDialog(eve.id);
    sue.send(eve.id, dialog, 'hello');
    await eve.sees(dialog, 'hello');
  });

  after(async () => {
    await sue?.disconnect();
    await eve?.leave();
    await backend?.stop();
  });

  describe('last activity', () => {
    test('of the SDK is followed by the engine', async () => {
      await eve.ask('watch_activity', { users: [sue.id] });
      await eve.notices(sue.id, (seen) => seen === 'online');
      await sue.disconnect();
      await eve.notices(sue.id, (seen) => typeof seen === 'number' && Math.abs(Date.now() - seen) < 60_000);
      await sue.connect();
      await eve.notices(sue.id, (seen) => seen === 'online');
      await eve.ask('watch_activity', { users: [] });
    });

    test('of the engine is followed by the SDK', async () => {
      assert.equal((await sue.cube.chat.getLastUserActivity(eve.id)).seconds, 0);
      sue.cube.chat.subscribeToUserLastActivityStatus(eve.id);
      await sue.cube.chat.getLastUserActivity(sue.id);
      sue.inbox.forget((item) => item.kind === 'activity');
      const change = () =>
        sue.inbox.next('a change', (item) => item.kind === 'activity' && item.user === eve.id);
      await eve.close();
      assert.ok((await change()).seconds < 60);
      eve.open();
      await eve.online();
      assert.equal((await change()).seconds, 0);
      sue.cube.chat.unsubscribeFromUserLastActivityStatus(eve.id);
    });
  });

  describe('a block', () => {
    afterEach(async () => {
      await eve.ask('unblock', { user: sue.id });
      await sue.cube.chat.privacylist.setAsDefault(null);
    });

    test('by the engine refuses the SDK, one way', async () => {
      await eve.ask('block', { user: sue.id, mutual: false });
      assert.deepEqual(await eve.ask('blocked'), [{ user: sue.id, mutual: false }]);
      assert.equal((await sue.isRefused(sue.send(eve.id, dialog, 'refused'))).code, 503);
      await eve.ask('send_text', { dialog, text: 'but I may' });
      await sue.hears('but I may');
      await eve.ask('unblock', { user: sue.id });
      sue.send(eve.id, dialog, 'free again');
      await eve.sees(dialog, 'free again');
      assert.ok(!(await eve.texts(dialog)).includes('refused'));
    });

    test('by the engine both ways stops the engine, too', async () => {
      await eve.ask('block', { user: sue.id, mutual: true });
      assert.equal((await sue.isRefused(sue.send(eve.id, dialog, 'not to you'))).code, 503);
      await eve.ask('send_text', { dialog, text: 'nor to you' }).catch(() => undefined);
      await eve.ask('unblock', { user: sue.id });
      await eve.ask('send_text', { dialog, text: 'peace' });
      await sue.hears('peace');
      assert.equal(sue.heard('nor to you'), false);
      assert.ok(!(await sue.history(dialog)).includes('nor to you'));
    });

    test('by the SDK shows on the engine’s message', async () => {
      const items = [{ user_id: eve.id, action: 'deny', mutualBlock: false }];
      await sue.cube.chat.privacylist.create({ name: 'blocked', items });
      await sue.cube.chat.privacylist.setAsDefault('blocked');
      await eve.ask('send_text', { dialog, text: 'are you there?' });
      const failed = await eve.sees(dialog, 'are you there?', (message) => message.status === 'failed');
      assert.equal(failed.failure, 'blocked');
      assert.equal(sue.heard('are you there?'), false);
    });

    test('by the SDK in a group keeps the engine’s words from it alone', async () => {
      const tom = await SdkPerson.signUp(backend, 'thomas');
      const group = await tom.group('All three', [sue.id, eve.id]);
      const items = [{ user_id: eve.id, action: 'deny', mutualBlock: false }];
      await sue.cube.chat.privacylist.create({ name: 'blocked', items });
      await sue.cube.chat.privacylist.setAsDefault('blocked');
      tom.send(group, group, 'from tom');
      await eve.sees(group, 'from tom');
      await eve.ask('send_text', { dialog: group, text: 'from eve' });
      await tom.hears('from eve');
      tom.send(group, group, 'from tom again');
      await sue.hears('from tom again');
      assert.equal(sue.heard('from eve'), false);
      await tom.disconnect();
    });
  });

  test('reports of the engine reach the administrator', async () => {
    const message = sue.send(eve.id, dialog, 'something rude');
    await eve.sees(dialog, 'something rude');
    await eve.ask('report_user', { user: sue.id, reason: 'always rude' });
    await eve.ask('report_message', { dialog, message, reason: 'very rude' });
    const listed = await backend.command('reports', '--json');
    for (const word of ['always rude', 'very rude', message, `${sue.id}`]) {
      assert.ok(listed.includes(word), `${word} in ${listed}`);
    }
  });

  test('the engine finds people as the SDK describes itself', async () => {
    await sue.cube.users.update({
      full_name: 'Susanne Sommer',
      email: 'susanne@example.com',
      phone: '+4930111',
    });
    for (const query of ['Susanne S', 'susa', 'susanne@example.com', '+4930111']) {
      const found = await eve.ask('search_people', { query });
      assert.deepEqual(
        found.map((user) => user.id),
        [sue.id],
        query,
      );
    }
  });
});
