// Whom messages alert: seen by a service that takes the backend's alerts.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { Inbox } from './support/inbox.mjs';
import { SdkPerson } from './support/sdk.mjs';

describe('alerts for the SDK', { timeout: 240_000 }, () => {
  const alerts = new Inbox('the webhook');
  /** @type {import('node:http').Server} */
  let service;
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let ann;
  /** @type {SdkPerson} */
  let ben;
  /** @type {string} */
  let dialog;

  before(async () => {
    service = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        alerts.push(JSON.parse(Buffer.concat(parts).toString()));
        response.end();
      });
    });
    await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));
    backend = await Backend.start(`[alerts]\nwebhook = "http://127.0.0.1:${service.address().port}/"\n`);
    ann = await SdkPerson.signUp(backend, 'ann');
    ben = await SdkPerson.signUp(backend, 'ben');
    dialog = await ann.privateDialog(ben.id);
  });

  after(async () => {
    await Promise.all([ann, ben].map((person) => person?.disconnect()));
    await backend?.stop();
    service.close();
  });

  const alerted = (text) => alerts.next(`the alert of ${text}`, (alert) => alert.text === text);

  test('a device that is set aside or gone alerts, one in use and a silent message do not', async () => {
    const subscription = {
      notification_channel: 'gcm',
      device: { platform: 'android', udid: 'U' },
      push_token: { environment: 'development', client_identification_sequence: 'T' },
    };
    const [made] = await ben.cube.pushnotifications.subscriptions.create(subscription);
    assert.equal(made.subscription.notification_channel.name, 'gcm');
    ann.send(ben.id, dialog, 'seen');
    await ben.hears('seen');
    ben.cube.chat.markInactive();
    await ben.cube.chat.ping();
    ann.send(ben.id, dialog, 'silent', { silent: 1 });
    await ben.hears('silent');
    const id = ann.send(ben.id, dialog, 'set aside');
    const alert = await alerted('set aside');
    assert.deepEqual(
      [alert.type, alert.user_id, alert.message_id, alert.dialog_id, alert.sender_id, alert.sender_name],
      ['message', ben.id, id, dialog, ann.id, 'ann'],
    );
    assert.equal(alert.subscriptions[0].push_token.client_identification_sequence, 'T');
    await ben.disconnect();
    ann.send(ben.id, dialog, 'gone');
    await alerted('gone');
    await ben.cube.chat.dialog.updateNotificationsSettings(dialog, false);
    await ann.isSent(ann.send(ben.id, dialog, 'switched off'));
    await ben.cube.chat.dialog.updateNotificationsSettings(dialog, true);
    ann.send(ben.id, dialog, 'switched on');
    await alerted('switched on');
    const texts = alerts.kept(() => true).map((one) => one.text);
    assert.deepEqual(texts, []);
    await ben.cube.pushnotifications.subscriptions.delete(made.subscription.id);
    assert.deepEqual(await ben.cube.pushnotifications.subscriptions.list(), []);
    await ben.connect();
    ben.cube.chat.markActive();
  });

  test('an event of an app goes to the people it names', async () => {
    const { pushnotifications } = ann.cube;
    const message = pushnotifications.base64Encode(JSON.stringify({ message: 'look' }));
    const event = { notification_type: 'push', user: { ids: [ben.id] }, environment: 'development', message };
    await pushnotifications.events.create(event);
    const alert = await alerts.next('the event', (one) => one.type === 'event');
    assert.deepEqual([alert.user_id, alert.sender_id, alert.message], [ben.id, ann.id, message]);
  });
});
