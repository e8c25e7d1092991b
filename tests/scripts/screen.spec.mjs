import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { crc32 } from '../../scripts/lib/crc32.mjs';
import { crop, encodePng, readXwd } from '../../scripts/lib/screen.mjs';

/** A screen dump of one row as Xvfb writes it, with one entry in its colour table. */
function dump(pixels) {
  const header = Buffer.alloc(100);
  const words = { 0: 100, 1: 7, 4: pixels.length, 5: 1, 7: 0, 11: 32, 12: pixels.length * 4, 19: 1 };
  for (const [index, value] of Object.entries(words)) header.writeUInt32BE(value, Number(index) * 4);
  const rows = Buffer.alloc(pixels.length * 4);
  pixels.forEach((pixel, index) => rows.writeUInt32LE(pixel, index * 4));
  return Buffer.concat([header, Buffer.alloc(12), rows]);
}

test('a screen dump is read behind its header and its colour table', () => {
  const picture = readXwd(dump([0xff_11_22_33, 0x00_00_00_ff]));
  assert.deepEqual([picture.width, picture.height], [2, 1]);
  assert.deepEqual([...picture.rgb], [0x11, 0x22, 0x33, 0, 0, 0xff]);
});

test('a format that is not known is refused', () => {
  const file = dump([0]);
  file.writeUInt32BE(16, 11 * 4);
  assert.throws(() => readXwd(file), /unknown screen format/);
});

test('the black border goes, black inside the window stays', () => {
  const rgb = Buffer.alloc(5 * 3 * 3);
  for (const x of [1, 3]) rgb.writeUIntBE(0x01_02_03, (1 * 5 + x) * 3, 3);
  const part = crop({ width: 5, height: 3, rgb });
  assert.deepEqual([part.width, part.height], [3, 1]);
  assert.deepEqual([...part.rgb], [1, 2, 3, 0, 0, 0, 1, 2, 3]);
});

test('a screen that is black all over is kept as it is', () => {
  assert.equal(crop({ width: 2, height: 2, rgb: Buffer.alloc(12) }).width, 2);
});

test('the checksum is that of the PNG specification', () => {
  // Every PNG file ends with this chunk and this checksum.
  assert.equal(crc32(Buffer.from('IEND')), 0xae_42_60_82);
});

test('a PNG holds the rows, each behind its filter byte', () => {
  const png = encodePng({ width: 1, height: 2, rgb: Buffer.from([1, 2, 3, 4, 5, 6]) });
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  const at = png.indexOf('IDAT');
  const length = png.readUInt32BE(at - 4);
  assert.deepEqual([...inflateSync(png.subarray(at + 4, at + 4 + length))], [0, 1, 2, 3, 0, 4, 5, 6]);
});
