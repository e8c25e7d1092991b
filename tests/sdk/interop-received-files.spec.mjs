// Files, pictures and places that the official SDK sends, in our engine: every byte of them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import { Backend } from './support/backend.mjs';
import { EnginePerson } from './support/engine.mjs';
import { SdkPerson } from './support/sdk.mjs';

/** A photo as it were: a PNG that does not get small. */
function picture(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(checksum(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let place = 0; place < rows.length; place += 1) {
    rows[place] = place % (1 + width * 3) === 0 ? 0 : (place * 2654435761) >>> 24;
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** CRC-32 of PNG; Node has one only since 20.15. */
function checksum(bytes) {
  if (crc32 !== undefined) return crc32(bytes);
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('files from the SDK in the engine', { timeout: 480_000 }, () => {
  /** @type {Backend} */
  let backend;
  /** @type {SdkPerson} */
  let sue;
  /** @type {EnginePerson} */
  let eve;
  /** @type {string} */
  let dialog;
  const folder = mkdtempSync(join(tmpdir(), 'cubist-received-'));

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
    rmSync(folder, { recursive: true, force: true });
  });

  /** Uploads as the SDK's guide shows it, and sends the message. */
  async function send(name, type, bytes, attributes) {
    const params = { name, type, size: bytes.length, file: bytes, public: false };
    const blob = await sue.cube.storage.createAndUpload(params);
    const attachment = { uid: blob.uid, id: blob.id, name, size: bytes.length, ...attributes };
    sue.send(eve.id, dialog, name, { attachments: [attachment] });
    const message = await eve.sees(dialog, name);
    assert.equal(message.attachments.length, 1);
    return message;
  }

  /** The next that is heard of a message's file. */
  async function heard(message) {
    const isOfIt = (one) => one.message === message.id;
    const event = await eve.events.next(
      `news of the file of ${message.id}`,
      (one) => one.event === 'attachments' && one.changes.some(isOfIt),
    );
    return event.changes.find(isOfIt).file;
  }

  /** Waits until the file is in the cache; its bytes. */
  async function received(message) {
    const known = (await eve.ask('messages', { dialog })).find((one) => one.id === message.id);
    let [{ file }] = known.attachments;
    while (!['here', 'failed'].includes(file)) file = await heard(message);
    assert.equal(file, 'here');
    const path = join(folder, message.id);
    const saved = await eve.ask('save', { message: message.id, index: 0, path });
    const bytes = readFileSync(path);
    assert.equal(saved.bytes, bytes.length);
    return { bytes, contentType: saved.content_type };
  }

  test('a file comes byte for byte when it is asked for', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, place) => (place * 7) % 251));
    const message = await send('report.bin', 'application/octet-stream', bytes, {
      type: 'file',
      'content-type': 'application/octet-stream',
    });
    const [attachment] = message.attachments;
    assert.deepEqual([attachment.kind, attachment.size], ['file', 3_000_000]);
    assert.equal(attachment.file, 'remote', 'too large to come by itself');
    await eve.ask('download', { message: message.id, index: 0 });
    assert.equal(hash((await received(message)).bytes), hash(bytes));
  });

  test('a picture comes by itself, byte for byte, and is known by its bytes', async () => {
    const bytes = picture(300, 200);
    const message = await send('view.png', 'image/png', bytes, { type: 'photo', width: 300, height: 200 });
    const [attachment] = message.attachments;
    assert.deepEqual([attachment.kind, attachment.width, attachment.height], ['image', 300, 200]);
    const { bytes: mine, contentType } = await received(message);
    assert.equal(hash(mine), hash(bytes));
    assert.equal(contentType, 'image/png');
  });

  test('a place comes in both forms', async () => {
    const place = { type: 'place', latitude: 64.7964274, longitude: -23.7391878, name: 'Búðir' };
    sue.send(eve.id, dialog, 'a place', { attachments: [place] });
    const seen = (await eve.sees(dialog, 'a place')).attachments[0];
    assert.equal(seen.kind, 'location');
    assert.deepEqual(seen.location, { ...seen.location, latitude: 64.7964274, longitude: -23.7391878 });
    assert.equal(seen.location.name, 'Búðir');
    const data = JSON.stringify({ lat: 56.95, lng: 24.1 });
    const other = { type: 'location', data: encodeURIComponent(data) };
    sue.send(eve.id, dialog, 'another place', { attachments: [other] });
    const found = (await eve.sees(dialog, 'another place')).attachments[0].location;
    assert.deepEqual([found.latitude, found.longitude], [56.95, 24.1]);
  });

  test('all of it is counted, and its room can be freed', async () => {
    const counts = await eve.ask('shared_counts', { dialog });
    assert.deepEqual(counts, { media: 1, files: 1, links: 0, locations: 2 });
    const [[home, bytes, files]] = await eve.ask('storage_use');
    assert.deepEqual([home, files], [dialog, 2]);
    assert.ok(bytes > 3_000_000);
    assert.equal(await eve.ask('free_space', { dialogs: [dialog] }), bytes);
    assert.deepEqual(await eve.ask('storage_use'), []);
  });

  test('names that mean harm are shown, and written into a folder, as names that do none', async () => {
    const mean = [
      '../../etc/passwd',
      '..\\..\\boot.ini',
      'invoice\u202Efdp.exe',
      'CON.txt',
      'CON',
      '..',
      'a:b*c?.txt',
      'notes.txt\n.sh',
      `${'é'.repeat(4000)}.pdf`,
    ];
    const files = new Map();
    for (const [number, name] of mean.entries()) {
      const bytes = Buffer.from(`what is in number ${number}`);
      const params = { name: 'file', type: 'text/plain', size: bytes.length, file: bytes, public: false };
      const blob = await sue.cube.storage.createAndUpload(params);
      const attachment = { type: 'file', uid: blob.uid, id: blob.id, name, size: bytes.length };
      sue.send(eve.id, dialog, `number ${number}`, { attachments: [attachment] });
      const [seen] = (await eve.sees(dialog, `number ${number}`)).attachments;
      // Nothing in it that moves the words around it, or cannot be seen.
      assert.doesNotMatch(seen.name, /[\p{Cc}\p{Bidi_Control}]/u);
      files.set(hash(bytes), seen.name);
    }
    const into = mkdtempSync(join(folder, 'export-'));
    const exported = await eve.ask('export', { dialog, into });
    assert.equal(dirname(exported.folder), into);
    const written = readdirSync(join(exported.folder, 'files'));
    for (const name of written) {
      assert.ok(Buffer.byteLength(name) <= 255, name);
      assert.doesNotMatch(name, /[\p{Cc}\p{Bidi_Control}\\/:*?"<>|]|^\.|[. ]$/u);
      assert.doesNotMatch(name, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      files.delete(hash(readFileSync(join(exported.folder, 'files', name))));
    }
    assert.deepEqual([...files.values()], [], 'each is there, whole');
    assert.equal(exported.files, written.length);
  });

  test('a hundred megabytes come through a power cut, and take no memory', async (context) => {
    // As large as the platform allows. Not all the same, or a part in the wrong place would not show.
    const bytes = Buffer.alloc(100 * 1024 * 1024);
    for (let place = 0; place < bytes.length; place += 4096) bytes.writeUInt32LE(place, place);
    const message = await send('film.bin', 'application/octet-stream', bytes, { type: 'file' });
    await eve.ask('download', { message: message.id, index: 0 });
    for (let count = 0; count < 2;) if ((await heard(message)) === 'downloading') count += 1;
    await eve.kill();
    eve.open();
    // What the engine itself takes is no part of it.
    await eve.ask('storage_use');
    const before = eve.peakMemory();
    const again = await received(message);
    const grown = eve.peakMemory() - before;
    assert.equal(hash(again.bytes), hash(bytes));
    context.diagnostic(`peak memory: ${Math.round(eve.peakMemory() / 2 ** 20)} MB`);
    assert.ok(grown < 48 * 2 ** 20, `the download took ${grown} bytes`);
    assert.ok((await eve.ask('free_space', { dialogs: [dialog] })) >= bytes.length);
  });

  test('what the engine has of it outlives a restart', async () => {
    const bytes = picture(80, 60);
    const message = await send('kept.png', 'image/png', bytes, { type: 'photo' });
    await received(message);
    await eve.close();
    eve.open();
    const again = await received(message);
    assert.equal(hash(again.bytes), hash(bytes));
  });
});
