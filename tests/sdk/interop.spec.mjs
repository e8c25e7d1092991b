// The official SDK and our engine as two people on the local backend, both ways.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { EnginePerson } from './support/engine.mjs';
import { SdkPerson } from './support/sdk.mjs';

describe('the SDK and the engine', { timeout: 240_000 }, () => {
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
    sue = await SdkPerson.signUp(backend, 'sue');
    eve = await EnginePerson.signUp(backend, 'eve');
    dialog = await sue.privateDialog(eve.id);
    assert.equal(await eve.ask('create_private', { user: sue.id }), dialog, 'one dialog for two people');
  });

  after(async () => {
    await sue?.disconnect();
    await eve?.leave();
    await backend?.stop();
  });

  test('text from the SDK reaches the engine, with its id, and is answered by "sent" and "delivered"', async () => {
    const id = sue.send(eve.id, dialog, 'from the SDK: <b> & "quotes" 🌍');
    const seen = await eve.sees(dialog, 'from the SDK: <b> & "quotes" 🌍');
    assert.equal(seen.id, id);
    assert.equal(seen.sender, sue.id);
    const sent = await sue.inbox.next('"sent"', (item) => item.kind === 'sent');
    assert.equal(sent.sent?.id, id);
    const delivered = await sue.inbox.next('"delivered"', (item) => item.kind === 'delivered');
    assert.deepEqual([delivered.id, delivered.dialog, delivered.from], [id, dialog, eve.id]);
  });

  test('text from the engine reaches the SDK, and its automatic marker makes two ticks', async () => {
    const id = await eve.ask('send_text', { dialog, text: 'from the engine' });
    const heard = await sue.hears('from the engine');
    assert.equal(heard.from, eve.id);
    assert.equal(heard.message.id, id);
    assert.equal(heard.message.dialog_id, dialog);
    await eve.sees(dialog, 'from the engine', (message) => message.status === 'delivered');
  });

  test('the engine tells the SDK that it has read', async () => {
    const id = sue.send(eve.id, dialog, 'read this, engine');
    const seen = await eve.sees(dialog, 'read this, engine');
    await eve.ask('mark_read', { dialog, up_to: seen.id });
    const read = await sue.inbox.next('"read"', (item) => item.kind === 'read' && item.id === id);
    assert.deepEqual([read.dialog, read.from], [dialog, eve.id]);
  });

  test('the SDK tells the engine that it has read', async () => {
    const id = await eve.ask('send_text', { dialog, text: 'read this, SDK' });
    await sue.hears('read this, SDK');
    sue.cube.chat.sendReadStatus({ messageId: id, userId: eve.id, dialogId: dialog });
    const read = await eve.sees(dialog, 'read this, SDK', (message) => message.status === 'read');
    assert.deepEqual(read.read_by, [sue.id]);
  });

  test('typing goes both ways', async () => {
    sue.cube.chat.sendIsTypingStatus(eve.id);
    const typing = await eve.events.next(
      'typing',
      (event) => event.event === 'typing' && event.users.length > 0,
    );
    assert.deepEqual([typing.dialog, typing.users], [dialog, [sue.id]]);
    sue.cube.chat.sendIsStopTypingStatus(eve.id);
    await eve.events.next(
      'the end of typing',
      (event) => event.event === 'typing' && event.users.length === 0,
    );
    await eve.ask('set_typing', { dialog, typing: true });
    const seen = await sue.inbox.next('typing', (item) => item.kind === 'typing' && item.typing === true);
    assert.equal(seen.from, eve.id);
    await eve.ask('set_typing', { dialog, typing: false });
    await sue.inbox.next('the end of typing', (item) => item.kind === 'typing' && item.typing === false);
  });

  test('a group made by the SDK is one for both', async () => {
    const group = await sue.group('Made by the SDK', [eve.id]);
    const id = sue.send(group, group, 'hello group');
    const seen = await eve.sees(group, 'hello group');
    assert.deepEqual([seen.id, seen.sender], [id, sue.id]);
    const mine = await eve.knows(group, (one) => one.name === 'Made by the SDK');
    assert.deepEqual(
      mine.occupants,
      [sue.id, eve.id].sort((a, b) => a - b),
    );
    await eve.ask('send_text', { dialog: group, text: 'hello back' });
    const heard = await sue.hears('hello back');
    assert.deepEqual([heard.from, heard.message.dialog_id, heard.message.type], [eve.id, group, 'groupchat']);
    await eve.sees(group, 'hello back', (message) => message.delivered_to.includes(sue.id));
    assert.deepEqual((await eve.texts(group)).sort(), ['hello back', 'hello group']);
  });

  test('a group made by the engine is one for both', async () => {
    const group = await eve.ask('create_group', { name: 'Made by the engine', users: [sue.id] });
    const { items } = await sue.cube.chat.dialog.list({ _id: group });
    assert.equal(items[0].name, 'Made by the engine');
    await eve.ask('send_text', { dialog: group, text: 'first' });
    await sue.hears('first');
    sue.send(group, group, 'second');
    await eve.sees(group, 'second');
    // Within one second the ids decide, and those of two senders are random to one another.
    assert.deepEqual((await sue.history(group)).sort(), ['first', 'second']);
  });

  test('fields of other applications survive a change and being passed on, nested ones and JSON texts, too', async () => {
    const group = await sue.group('Fields', [eve.id]);
    sue.send(group, group, 'into Fields');
    await eve.sees(group, 'into Fields');
    const fields = {
      order: { number: '7', lines: { first: 'tent', second: 'rope' } },
      note: JSON.stringify({ 'a "b"': [1, 'two', null] }),
      plain: 'just words',
    };
    const id = sue.send(eve.id, dialog, 'my order', fields);
    await eve.sees(dialog, 'my order');
    const kept = async (chat, text) => {
      const { items } = await sue.cube.chat.message.list({ chat_dialog_id: chat, limit: 100 });
      return items.find((item) => item.message === text);
    };
    const asJson = (value) =>
      typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value;
    const agrees = (found, where) => {
      assert.deepEqual(asJson(found.order), fields.order, where);
      assert.equal(found.note, fields.note, where);
      assert.equal(found.plain, fields.plain, where);
    };
    agrees(await kept(dialog, 'my order'), 'the history');
    sue.cube.chat.editMessage({
      to: eve.id,
      dialogId: dialog,
      body: 'my other order',
      originMessageId: id,
      last: true,
    });
    await eve.sees(dialog, 'my other order');
    agrees(await kept(dialog, 'my other order'), 'the history after the change');
    await eve.ask('forward', { message: id, to: [group] });
    const { message } = await sue.hears('my other order');
    agrees(message.extension, 'what was passed on');
    const passedOn = await kept(group, 'my other order');
    agrees(passedOn, 'the history of the other chat');
    await eve.ask('edit', { message: passedOn._id, text: 'our order' });
    await sue.notices('updated', passedOn._id);
    agrees(await kept(group, 'our order'), 'the history of the other chat after a change');
  });

  test('another device of the SDK shows what was sent and what came in', async () => {
    const phone = await sue.anotherDevice(backend);
    try {
      const id = sue.send(eve.id, dialog, 'carbon please');
      const carbon = await phone.hears('carbon please');
      assert.deepEqual([carbon.from, carbon.message.id, carbon.message.is_forwarded], [sue.id, id, true]);
      assert.equal(carbon.message.recipient_id, eve.id);
      await eve.sees(dialog, 'carbon please');
      await eve.ask('send_text', { dialog, text: 'to both devices' });
      await Promise.all([sue.hears('to both devices'), phone.hears('to both devices')]);
      assert.equal(
        sue.inbox.kept((item) => item.kind === 'message' && item.message.body === 'carbon please').length,
        0,
        'the sending device gets no copy of its own',
      );
    } finally {
      await phone.disconnect();
    }
  });

  test('what came while the SDK was away is delivered when it is back', async () => {
    await sue.disconnect();
    const id = await eve.ask('send_text', { dialog, text: 'while you were away' });
    await eve.sees(dialog, 'while you were away', (message) => message.status === 'sent');
    await sue.connect();
    const heard = await sue.hears('while you were away');
    assert.equal(heard.message.id, id);
    assert.notEqual(heard.message.delay, undefined, 'it says that it is late');
    await eve.sees(dialog, 'while you were away', (message) => message.status === 'delivered');
  });

  test('what came while the engine was away is there when it is back, once', async () => {
    await eve.close();
    const group = await sue.group('While the engine is away', [eve.id]);
    sue.send(eve.id, dialog, 'private, while away');
    sue.send(group, group, 'in a group, while away');
    eve.open();
    await eve.online();
    await eve.sees(dialog, 'private, while away');
    await eve.sees(group, 'in a group, while away');
    const texts = await eve.texts(dialog);
    assert.equal(texts.filter((text) => text === 'private, while away').length, 1);
    assert.deepEqual(await eve.texts(group), ['in a group, while away']);
  });

  test('an SDK that lost its line reconnects by itself and goes on', async () => {
    sue.inbox.forget((item) => ['disconnected', 'reconnected'].includes(item.kind));
    sue.cube.chat.terminate();
    await sue.inbox.next('the loss', (item) => item.kind === 'disconnected');
    await eve.ask('send_text', { dialog, text: 'are you back?' });
    await sue.inbox.next('the reconnection', (item) => item.kind === 'reconnected');
    await sue.hears('are you back?');
    sue.send(eve.id, dialog, 'I am');
    await eve.sees(dialog, 'I am');
  });

  test('both sides survive a backend that was killed', async () => {
    sue.inbox.forget((item) => ['disconnected', 'reconnected'].includes(item.kind));
    eve.events.forget((event) => event.event === 'connection');
    await backend.kill();
    await sue.inbox.next('the loss', (item) => item.kind === 'disconnected');
    await eve.events.next('the loss', (event) => event.event === 'connection' && event.state !== 'online');
    const id = await eve.ask('send_text', { dialog, text: 'into the void' });
    await backend.restart();
    await sue.inbox.next('the reconnection', (item) => item.kind === 'reconnected');
    await eve.ask('connect_now');
    const heard = await sue.hears('into the void');
    assert.equal(heard.message.id, id);
    sue.send(eve.id, dialog, 'and out of it');
    await eve.sees(dialog, 'and out of it');
    assert.equal((await sue.history(dialog)).filter((text) => text === 'into the void').length, 1);
  });

  test('a wrong password is refused over REST and over chat', async () => {
    const stranger = new SdkPerson(backend, 'stranger');
    await assert.rejects(
      stranger.cube.createSession({ login: 'sue', password: 'guess' }),
      (error) => error.code === 401,
    );
    await assert.rejects(
      stranger.cube.createSession({ login: 'nobody', password: 'guess' }),
      (error) => error.code === 404,
    );
    await assert.rejects(stranger.cube.chat.connect({ userId: sue.id, password: 'guess' }));
    // Its reconnect timer would go on for ever with the same password.
    await stranger.cube.chat.disconnect();
  });
});
