// A place for tray icons on the session bus of a test's own desktop, and a person who uses what is in it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './desktop.mjs';

/** Debian's own Python has the bindings of GLib; another one on the path may not. */
const PYTHON = '/usr/bin/python3';

export class TrayHost {
  /** @param {import('./desktop.mjs').Desktop} desktop opened, with no app yet */
  constructor(desktop) {
    this.desktop = desktop;
  }

  async start() {
    this.host = spawn(PYTHON, [join(import.meta.dirname, 'tray_host.py')], {
      env: this.desktop.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.host.stdout })[Symbol.asyncIterator]();
    assert.equal((await this.lines.next()).value, 'ready');
    return this;
  }

  /** Ends with its standard input. */
  stop() {
    this.host?.stdin.end();
  }

  async #ask(line) {
    this.host.stdin.write(`${line}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, 'the place for icons has gone');
    return JSON.parse(value);
  }

  /** The entries of the icon's menu without its lines; null when there is no icon. */
  async menu() {
    const found = await this.#ask('menu');
    return found?.children?.filter(({ label }) => label !== '') ?? null;
  }

  /** Waits for a menu, and for the entries in it that `wanted` gives. */
  has(what, wanted) {
    return until(`the tray with ${what}`, async () => {
      const entries = await this.menu();
      return entries && wanted(entries);
    });
  }

  async click(label) {
    // The menu is made anew whenever it says something else, also between the look at it and the click.
    await until(`a menu that stays while “${label}” is clicked`, async () => {
      const answer = await this.#ask(`click ${label}`);
      if (answer?.failed?.includes('does not refer to a menu item')) return false;
      assert.equal(answer, 'clicked');
      return true;
    });
  }

  /** Waits until the icon has its mark for what is unread, or has it no longer. */
  async isMarked(marked) {
    await until(`the icon ${marked ? 'with' : 'without'} its mark`, async () => {
      const colour = await this.#ask('look');
      return Array.isArray(colour) && (colour.join() === MARK) === marked;
    });
  }
}

/** Opaque red. */
const MARK = [0xd1, 0x24, 0x2f, 0xff].join();
