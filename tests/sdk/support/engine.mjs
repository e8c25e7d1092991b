// Somebody with our engine: the program cubist-headless.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inbox } from './inbox.mjs';
import { start } from './programs.mjs';

export class EnginePerson {
  #folder;
  #process;
  #next = 1;
  #answers = new Inbox('an engine (answers)');

  /**
   * @param {string} name
   * @param {string} folder
   */
  constructor(name, folder) {
    this.name = name;
    this.#folder = folder;
  }

  /**
   * Signs up on a fresh folder and waits until it is online.
   *
   * @param {import('./backend.mjs').Backend} backend
   * @param {string} name
   */
  static async signUp(backend, name) {
    const person = new EnginePerson(name, mkdtempSync(join(tmpdir(), 'cubist-engine-')));
    person.open();
    const { api_url, domain, app_id, auth_key, ca_cert, xmpps } = backend.ready;
    const port = /:(\d+)$/.exec(xmpps)[1];
    const server = { api_url, domain, app_id, auth_key, ca_cert, chat: [`xmpps://${domain}:${port}`] };
    const params = { server, login: name, password: `${name}'s long password`, full_name: name };
    const accounts = await person.ask('sign_up', params);
    person.id = accounts[0].user;
    await person.online();
    return person;
  }

  /** Starts the program on this person's folder. */
  open() {
    this.events = new Inbox(`${this.name}'s engine`);
    this.#process = start('cubist-headless', [this.#folder], (line) =>
      (line.event === undefined ? this.#answers : this.events).push(line),
    );
  }

  /** Lets the program say goodbye and end; what it knows stays on disk. */
  async close() {
    this.#process.child.stdin.end();
    await this.#process.ended;
  }

  /** Ends the program as a power cut does; what it knows stays on disk. */
  async kill() {
    await this.#process.stop('SIGKILL');
  }

  /** The most memory the program has had so far, in bytes, as Linux counts it. */
  peakMemory() {
    const status = readFileSync(`/proc/${this.#process.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  }

  /** Ends it for good. */
  async leave() {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * @param {string} method
   * @param {object} params
   */
  async ask(method, params = {}) {
    const id = this.#next;
    this.#next += 1;
    this.#process.child.stdin.write(`${JSON.stringify({ id, method, params })}\n`);
    const answer = await this.#answers.next(`the answer to ${method}`, (line) => line.id === id);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error}`);
    return answer.result;
  }

  async online() {
    if ((await this.ask('connection')) === 'online') return;
    await this.events.next(
      'being online',
      (event) => event.event === 'connection' && event.state === 'online',
    );
  }

  /**
   * The message with this text, as soon as it is known and fits.
   *
   * @param {string} dialog
   * @param {string} text
   * @param {(message: any) => boolean} fits
   */
  async sees(dialog, text, fits = () => true) {
    return this.#shows(dialog, JSON.stringify(text), (message) => message.text === text && fits(message));
  }

  /**
   * The line about a change of the dialog, as soon as it is there.
   *
   * @param {string} dialog
   * @param {string} type such as `renamed`
   * @param {number} sender who changed it
   */
  async tells(dialog, type, sender) {
    const fits = (message) => message.system?.type === type && message.sender === sender;
    return (await this.#shows(dialog, `the line "${type}"`, fits)).system;
  }

  /**
   * @param {string} dialog
   * @param {string} what
   * @param {(message: any) => boolean} fits
   */
  async #shows(dialog, what, fits) {
    const known = (await this.ask('messages', { dialog })).find(fits);
    if (known !== undefined) return known;
    const event = await this.events.next(
      `seeing ${what}`,
      (one) => one.event === 'messages' && one.dialog === dialog && one.messages.some(fits),
    );
    return event.messages.find(fits);
  }

  /**
   * Waits until a dialog is none of this person's any more.
   *
   * @param {string} id
   */
  async loses(id) {
    await this.events.next(
      `losing the dialog ${id}`,
      (one) => one.event === 'dialogs' && one.removed.includes(id),
    );
  }

  /**
   * Waits for the last activity of somebody who is watched.
   *
   * @param {number} user
   * @param {(seen: 'online' | 'hidden' | number) => boolean} fits
   */
  async notices(user, fits) {
    await this.events.next(
      `the activity of ${user}`,
      (one) =>
        one.event === 'activity' && one.people.some((person) => person.user === user && fits(person.seen)),
    );
  }

  /**
   * The dialog, as soon as it is known and fits: a message can come before what the backend tells of its dialog.
   *
   * @param {string} id
   * @param {(dialog: any) => boolean} fits
   */
  async knows(id, fits) {
    const find = (dialogs) => dialogs.find((dialog) => dialog.id === id && fits(dialog));
    const known = find(await this.ask('dialogs'));
    if (known !== undefined) return known;
    const event = await this.events.next(
      `knowing the dialog ${id}`,
      (one) => one.event === 'dialogs' && find(one.dialogs) !== undefined,
    );
    return find(event.dialogs);
  }

  /** @param {string} dialog */
  async texts(dialog) {
    return (await this.ask('messages', { dialog })).map((message) => message.text);
  }
}
