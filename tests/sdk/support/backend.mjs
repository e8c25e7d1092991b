// The local backend on free ports, with a folder that goes away with it.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Inbox } from './inbox.mjs';
import { pathOf, start } from './programs.mjs';

export class Backend {
  /** What its ready line says. @type {any} */
  ready;
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'cubist-sdk-'));

  #config;

  /** @param {string} config settings as TOML */
  static async start(config = '') {
    const backend = new Backend();
    backend.#config = join(backend.#folder, 'settings.toml');
    writeFileSync(backend.#config, config);
    await backend.restart();
    return backend;
  }

  /** Starts it; on the ports it had if it ran before, since the SDK cannot be told of others. */
  async restart() {
    const port = (url) => (url === undefined ? 0 : Number(/:(\d+)\/?$/.exec(url)[1]));
    const lines = new Inbox('the backend');
    const flags = {
      '--http': port(this.ready?.api_url),
      '--ws': port(this.ready?.chat_url),
      '--xmpp': port(this.ready?.xmpp),
      '--xmpps': port(this.ready?.xmpps),
    };
    const listen = Object.entries(flags).flatMap(([flag, number]) => [flag, `127.0.0.1:${number}`]);
    const args = ['--config', this.#config, '--data', this.#folder, ...listen];
    this.#process = start('cubist-server', args, (line) => lines.push(line));
    this.ready = await lines.next('its ready line', () => true);
  }

  /**
   * Runs one of its commands on the same data while it runs, and gives what it prints.
   *
   * @param {string} command
   * @param {string[]} args
   * @returns {Promise<string>}
   */
  async command(command, ...args) {
    const run = promisify(execFile);
    const { stdout } = await run(pathOf('cubist-server'), [command, '--data', this.#folder, ...args]);
    return stdout;
  }

  /** Ends it without a word. */
  async kill() {
    await this.#process.stop('SIGKILL');
  }

  /** Ends it for good and removes its folder. */
  async stop() {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
