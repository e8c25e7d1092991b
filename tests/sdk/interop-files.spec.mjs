// Files, pictures and places that our engine sends, as the official SDK gets them: byte by byte.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { Backend } from './support/backend.mjs';
import { EnginePerson } from './support/engine.mjs';
import { SdkPerson } from './support/sdk.mjs';

/** A PNG of one colour with a comment that tells where it was taken. */
function picture(width, height) {
  const table = Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value >>> 0;
  });
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 90)]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Comment\0taken at 52.5N 13.4E')),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('what the engine sends beside text', { timeout: 240_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let sue;
  /** @type {EnginePerson} */
  let eve;
  /** @type {string} */
  let dialog;
  /** @type {string} */
  let folder;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cubist-files-'));
    backend = await Backend.start();
    sue = await SdkPerson.signUp(backend, 'sue');
    eve = await EnginePerson.signUp(backend, 'eve');
    dialog = await sue.privateDialog(eve.id);
    await eve.ask('create_private', { user: sue.id });
  });

  after(async () => {
    await sue?.disconnect();
    await eve?.leave();
    await backend?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes a file and gives its path. */
  const file = (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  /** What the SDK downloads of an attachment, as the guide does it. */
  const download = async (attachment) => {
    const answer = await fetch(sue.cube.storage.privateUrl(attachment.uid));
    assert.equal(answer.status, 200);
    return Buffer.from(await answer.arrayBuffer());
  };

  /** The message with this id, as the history has it. */
  const inHistory = async (id) => {
    const { items } = await sue.cube.chat.message.list({ chat_dialog_id: dialog, limit: 100 });
    return items.find((item) => item._id === id);
  };

  /** The message with this id, as the SDK hears it. */
  const heard = async (id) =>
    (await sue.inbox.next('the message', (item) => item.kind === 'message' && item.message.id === id))
      .message;

  test('a file arrives byte by byte, with everything the guide names', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) % 256));
    const path = file('Bericht "1".bin', bytes);
    const id = await eve.ask('send_files', { dialog, paths: [path], text: '' });
    const message = await heard(id);
    assert.equal(message.body, 'attachment');
    const [attachment] = message.extension.attachments;
    assert.equal(attachment.type, 'application/octet-stream');
    // The one attribute that the SDK makes a number of.
    assert.equal(attachment.size, 70_000);
    assert.match(attachment.id, /^\d+$/);
    assert.deepEqual(await download(attachment), bytes);
    const kept = await inHistory(id);
    assert.equal(kept.attachments[0].uid, attachment.uid);
  });

  test('a picture is a photo with its size, and says nothing of where it was taken', async () => {
    const original = picture(64, 48);
    assert.ok(original.includes('52.5N'));
    const id = await eve.ask('send_files', {
      dialog,
      paths: [file('beach.png', original)],
      text: 'the beach',
    });
    const message = await heard(id);
    assert.equal(message.body, 'the beach');
    const [attachment] = message.extension.attachments;
    assert.deepEqual(
      [attachment.type, attachment.name, attachment['content-type'], attachment.width, attachment.height],
      ['photo', 'beach.jpg', 'image/jpeg', '64', '48'],
    );
    const got = await download(attachment);
    assert.equal(got.length, Number(attachment.size));
    assert.equal(got.subarray(0, 3).toString('hex'), 'ffd8ff');
    assert.ok(!got.includes('52.5N') && !got.includes('Exif'));
    const extra = JSON.parse(message.extension.attachments_extra);
    assert.match(extra['0'].placeholder, /^[\w+/]{20,}=*$/);
    const saved = join(folder, 'saved.jpg');
    await eve.ask('save', { message: id, index: 0, path: saved });
    assert.deepEqual(readFileSync(saved), got, 'the sender has what was sent');
  });

  test('as a file a picture goes untouched', async () => {
    const original = picture(20, 20);
    const params = { dialog, paths: [file('scan.png', original)], text: '', as_file: true };
    const message = await heard(await eve.ask('send_files', params));
    const [attachment] = message.extension.attachments;
    assert.equal(attachment.name, 'scan.png');
    assert.deepEqual(await download(attachment), original);
  });

  test('several files on one message stay in their order', async () => {
    const paths = [file('one.txt', 'one'), file('two.txt', 'two'), file('three.txt', 'three')];
    const message = await heard(await eve.ask('send_files', { dialog, paths, text: 'three of them' }));
    const texts = [];
    for (const attachment of message.extension.attachments)
      texts.push((await download(attachment)).toString());
    assert.deepEqual(texts, ['one', 'two', 'three']);
  });

  test('a file that is passed on is the same at the server, and nothing is uploaded for it', async () => {
    const group = await sue.group('Passed on', [eve.id]);
    sue.send(group, group, 'into Passed on');
    await eve.sees(group, 'into Passed on');
    const first = await eve.ask('send_files', { dialog, paths: [file('map.txt', 'the map')], text: 'see' });
    const [original] = (await heard(first)).extension.attachments;
    await eve.ask('forward', { message: first, to: [group] });
    const { message } = await sue.inbox.next(
      'the message that was passed on',
      (item) => item.kind === 'message' && item.message.dialog_id === group && item.message.body === 'see',
    );
    const [passedOn] = message.extension.attachments;
    assert.deepEqual(passedOn, original);
    assert.equal(message.extension.forwarded_from, String(eve.id));
    // Files are numbered as they are made: none was made between these two.
    const next = await eve.ask('send_files', { dialog, paths: [file('next.txt', 'another')], text: '' });
    const [another] = (await heard(next)).extension.attachments;
    assert.equal(Number(another.id), Number(original.id) + 1);
    assert.equal((await download(passedOn)).toString(), 'the map');
  });

  test('a place is two numbers', async () => {
    const id = await eve.ask('send_place', { dialog, place: '64.7964274, -23.7391878' });
    const message = await heard(id);
    assert.equal(message.body, 'attachment');
    assert.deepEqual(message.extension.attachments, [
      { latitude: '64.7964274', longitude: '-23.7391878', type: 'place' },
    ]);
  });

  test('a file that its sender removes is gone from the server, and the message says so', async () => {
    const id = await eve.ask('send_files', { dialog, paths: [file('gone.txt', 'soon gone')], text: 'look' });
    const message = await heard(id);
    const [attachment] = message.extension.attachments;
    assert.equal((await download(attachment)).toString(), 'soon gone');
    await eve.ask('delete_file', { message: id, index: 0 });
    const updated = await sue.inbox.next('the change', (item) => item.kind === 'updated' && item.id === id);
    assert.equal(updated.body, 'look');
    const answer = await fetch(sue.cube.storage.privateUrl(attachment.uid));
    assert.equal(answer.status, 404);
    const kept = await inHistory(id);
    assert.deepEqual(JSON.parse(kept.attachments_extra)['0'], { removed: true });
    assert.equal(kept.attachments[0].name, 'gone.txt');
  });
});
