// System messages: how apps tell one another about dialogs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { SdkPerson } from './support/sdk.mjs';

describe('system messages of the SDK', { timeout: 240_000 }, () => {
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

  /**
   * @param {SdkPerson} person
   * @param {string} body
   */
  const hears = async (person, body) =>
    (await person.inbox.next(body, (item) => item.kind === 'system' && item.message.body === body)).message;

  test('reach the other with their words and parameters', async () => {
    const dialog = await ann.group('New', [ben.id]);
    const extension = { dialogId: dialog, name: 'Tom & "co" <1>' };
    const id = ann.cube.chat.sendSystemMessage(ben.id, { body: 'dialog/NEW_DIALOG', extension });
    const heard = await hears(ben, 'dialog/NEW_DIALOG');
    assert.deepEqual([heard.id, heard.userId], [id, ann.id]);
    assert.deepEqual([heard.extension.dialogId, heard.extension.name], [dialog, 'Tom & "co" <1>']);
    assert.deepEqual(await ann.history(dialog), [], 'they are no part of the history');
    assert.equal((await ben.dialog(dialog)).unread_messages_count ?? 0, 0);
  });

  test('reach all devices of the other, and the sender’s own other device', async () => {
    const [phone, tablet] = [await ben.anotherDevice(backend), await ann.anotherDevice(backend)];
    const extension = { dialogId: await ann.group('Devices', [ben.id]) };
    ann.cube.chat.sendSystemMessage(ben.id, { body: 'dialog/UPDATE_DIALOG', extension });
    await Promise.all([ben, phone].map((person) => hears(person, 'dialog/UPDATE_DIALOG')));
    assert.equal((await hears(tablet, 'dialog/UPDATE_DIALOG')).userId, ann.id);
    await Promise.all([phone.disconnect(), tablet.disconnect()]);
  });

  test('of an app’s own words go through untouched', async () => {
    ann.cube.chat.sendSystemMessage(ben.id, { body: 'pets/FED', extension: { cat: { name: 'Tom' }, n: 3 } });
    const { extension } = await hears(ben, 'pets/FED');
    assert.deepEqual([extension.cat, extension.n], [{ name: 'Tom' }, '3']);
  });
});
