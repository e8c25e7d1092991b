// A screen where there is none: an Xvfb of our own, and pictures of what it shows.
//
// Xvfb keeps its picture in a file in the XWD format when asked to, so a screenshot needs no further program.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { crc32 } from './crc32.mjs';
import { StepFailed } from './steps.mjs';

/** Whether windows can be shown as things are. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/** A running Xvfb. */
export class VirtualScreen {
  #server;
  #folder;

  /**
   * @param {import('node:child_process').ChildProcess} server
   * @param {string} folder where Xvfb keeps its picture
   * @param {string} display
   */
  constructor(server, folder, display) {
    this.#server = server;
    this.#folder = folder;
    this.display = display;
  }

  /**
   * Starts one on a free display number and waits until it takes clients.
   *
   * @param {{ width?: number, height?: number }} [size] in pixels
   */
  static async start({ width = 1280, height = 800 } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'cubist-screen-'));
    const args = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'];
    const server = spawn('Xvfb', [...args, '-fbdir', folder], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const number = await new Promise((resolve, reject) => {
      let text = '';
      server.stdio[3].setEncoding('utf8');
      // The number comes once the screen takes clients.
      server.stdio[3].on('data', (chunk) => {
        text += chunk;
        if (text.endsWith('\n')) resolve(text.trim());
      });
      server.once('error', reject);
      server.once('exit', (code) => reject(new StepFailed(`Xvfb ended with ${code}`)));
    }).catch((error) => {
      rmSync(folder, { recursive: true, force: true });
      throw error instanceof StepFailed
        ? error
        : new StepFailed(`Xvfb could not be started: ${error.message}`);
    });
    return new VirtualScreen(server, folder, `:${number}`);
  }

  /** Variables that make a program show its windows here. */
  get environment() {
    return { DISPLAY: this.display, WAYLAND_DISPLAY: '', GDK_BACKEND: 'x11' };
  }

  /**
   * Writes what the screen shows as PNG, without the black border where no window is.
   *
   * @param {string} path
   */
  capture(path) {
    const picture = crop(readXwd(readFileSync(join(this.#folder, 'Xvfb_screen0'))));
    writeFileSync(path, encodePng(picture));
  }

  /** Ends it and removes its files. */
  async stop() {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const ended = new Promise((resolve) => this.#server.once('exit', resolve));
      this.#server.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Reads an X window dump of 32 bits per pixel (XWDFile.h: a header of 32-bit numbers, most significant byte
 * first, then the colour table of 12 bytes per entry, then rows).
 *
 * @param {Buffer} file
 */
export function readXwd(file) {
  const word = (index) => file.readUInt32BE(index * 4);
  const [headerBytes, version] = [word(0), word(1)];
  const [width, height, bitsPerPixel, rowBytes, colours] = [word(4), word(5), word(11), word(12), word(19)];
  if (version !== 7 || bitsPerPixel !== 32)
    throw new Error(`unknown screen format: ${version}, ${bitsPerPixel} bits`);
  const bigEndian = word(7) === 1;
  const rows = file.subarray(headerBytes + colours * 12);
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * rowBytes + x * 4;
      const pixel = bigEndian ? rows.readUInt32BE(at) : rows.readUInt32LE(at);
      rgb.writeUIntBE(pixel & 0xff_ff_ff, (y * width + x) * 3, 3);
    }
  }
  return { width, height, rgb };
}

/** @param {{ width: number, height: number, rgb: Buffer }} picture */
export function crop({ width, height, rgb }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (rgb.readUIntBE((y * width + x) * 3, 3) === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < 0) return { width, height, rgb };
  const [newWidth, newHeight] = [right - left + 1, bottom - top + 1];
  const part = Buffer.alloc(newWidth * newHeight * 3);
  for (let y = 0; y < newHeight; y += 1) {
    const from = ((y + top) * width + left) * 3;
    rgb.copy(part, y * newWidth * 3, from, from + newWidth * 3);
  }
  return { width: newWidth, height: newHeight, rgb: part };
}

/** @param {{ width: number, height: number, rgb: Buffer }} picture */
export function encodePng({ width, height, rgb }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits per channel, red green blue.
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y += 1)
    rgb.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
