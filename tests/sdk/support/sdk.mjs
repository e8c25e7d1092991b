// Somebody with the official SDK, as it comes from npm.

import assert from 'node:assert/strict';
import ConnectyCube from 'connectycube';
import { DEADLINE_MS, Inbox } from './inbox.mjs';

export class SdkPerson {
  /**
   * @param {import('./backend.mjs').Backend} backend
   * @param {string} name
   */
  constructor(backend, name) {
    const { app_id, auth_key, domain, api_url, chat_url } = backend.ready;
    this.name = name;
    this.inbox = new Inbox(`${name}'s SDK`);
    this.cube = new ConnectyCube.ConnectyCube();
    this.cube.init(
      { appId: app_id, authKey: auth_key },
      {
        endpoints: { api: new URL(api_url).host, api_url, chat: domain, chat_url },
        chat: {
          streamManagement: { enable: true, acknowledgementTimeout: DEADLINE_MS / 1000 },
          reconnect: { enable: true, timeInterval: 1 },
        },
        debug: { mode: 0 },
      },
    );
    const { chat } = this.cube;
    const heard =
      (kind, names) =>
      (...values) =>
        this.inbox.push({ kind, ...Object.fromEntries(names.map((key, index) => [key, values[index]])) });
    chat.onMessageListener = heard('message', ['from', 'message']);
    chat.onMessageTypingListener = heard('typing', ['typing', 'from', 'dialog']);
    chat.onDeliveredStatusListener = heard('delivered', ['id', 'dialog', 'from']);
    chat.onReadStatusListener = heard('read', ['id', 'dialog', 'from']);
    chat.onSentMessageCallback = heard('sent', ['lost', 'sent']);
    chat.onMessageErrorListener = heard('error', ['id', 'error']);
    chat.onMessageUpdateListener = heard('updated', ['id', 'last', 'body', 'dialog', 'from', 'extension']);
    chat.onMessageDeleteListener = heard('deleted', ['id', 'dialog', 'from']);
    chat.onMessageReactionsListener = heard('reacted', ['id', 'from', 'dialog', 'add', 'remove']);
    chat.onDisconnectedListener = heard('disconnected', []);
    chat.onReconnectListener = heard('reconnected', []);
    chat.onSystemMessageListener = heard('system', ['message']);
    chat.onLastUserActivityListener = heard('activity', ['user', 'seconds']);
    chat.onJoinOccupant = heard('joined', ['dialog', 'user']);
    chat.onLeaveOccupant = heard('left', ['dialog', 'user']);
    chat.onKickOccupant = heard('kicked', ['dialog', 'by']);
  }

  /**
   * Signs up and connects.
   *
   * @param {import('./backend.mjs').Backend} backend
   * @param {string} name
   */
  static async signUp(backend, name) {
    const person = new SdkPerson(backend, name);
    person.password = `${name}'s long password`;
    await person.cube.createSession();
    const { user } = await person.cube.users.signup({
      login: name,
      full_name: name,
      password: person.password,
    });
    person.id = user.id;
    await person.cube.createSession({ login: name, password: person.password });
    await person.connect();
    return person;
  }

  /**
   * The same account on one more device.
   *
   * @param {import('./backend.mjs').Backend} backend
   */
  async anotherDevice(backend) {
    const device = new SdkPerson(backend, `${this.name}'s second device`);
    device.password = this.password;
    const session = await device.cube.createSession({ login: this.name, password: this.password });
    device.id = session.user_id ?? session.user.id;
    await device.connect();
    return device;
  }

  async connect() {
    const connected = await this.cube.chat.connect({ userId: this.id, password: this.password });
    if (connected !== true) throw new Error(`${this.name} cannot connect`);
  }

  async disconnect() {
    await this.cube.chat.disconnect();
  }

  /** @param {number} other */
  async privateDialog(other) {
    return (await this.cube.chat.dialog.create({ type: 3, occupants_ids: [other] }))._id;
  }

  /**
   * @param {string} name
   * @param {number[]} others
   */
  async group(name, others) {
    return (await this.cube.chat.dialog.create({ type: 2, name, occupants_ids: others }))._id;
  }

  /**
   * Sends a text as the SDK's guide shows it.
   *
   * @param {number | string} to a person's number, or the id of a group
   * @param {string} dialog
   * @param {string} body
   * @param {object} more further parameters
   */
  send(to, dialog, body, more = {}) {
    const type = typeof to === 'number' ? 'chat' : 'groupchat';
    return this.cube.chat.send(to, {
      type,
      body,
      extension: { save_to_history: 1, dialog_id: dialog, ...more },
      markable: 1,
    });
  }

  /**
   * Waits for a text from someone else, or from another own device.
   *
   * @param {string} body
   */
  async hears(body) {
    return this.inbox.next(
      `the text ${JSON.stringify(body)}`,
      (item) => item.kind === 'message' && item.message.body === body,
    );
  }

  /**
   * Waits for a change, a deletion or a reaction of a message.
   *
   * @param {'updated' | 'deleted' | 'reacted'} kind
   * @param {string} id
   */
  async notices(kind, id) {
    return this.inbox.next(`${kind} of ${id}`, (item) => item.kind === kind && item.id === id);
  }

  /**
   * Waits for a system message about a dialog.
   *
   * @param {string} dialog
   * @param {string} body
   */
  async isTold(dialog, body) {
    const { message } = await this.inbox.next(
      `${body} of ${dialog}`,
      (item) =>
        item.kind === 'system' && item.message.body === body && item.message.extension.dialogId === dialog,
    );
    return message;
  }

  /**
   * Tells somebody about a dialog, as the platform's own apps do.
   *
   * @param {number} person
   * @param {string} dialog
   * @param {string} body
   * @param {object} more further parameters
   */
  tell(person, dialog, body, more = {}) {
    return this.cube.chat.sendSystemMessage(person, { body, extension: { dialogId: dialog, ...more } });
  }

  /**
   * The error with which the server refused a message.
   *
   * @param {string} id
   */
  async isRefused(id) {
    const { error } = await this.inbox.next(
      `the error of ${id}`,
      (item) => item.kind === 'error' && item.id === id,
    );
    return error;
  }

  /**
   * Waits until the server has handled a message.
   *
   * @param {string} id
   */
  async isSent(id) {
    await this.inbox.next(
      `"sent" of ${id}`,
      (item) => item.kind === 'sent' && (item.sent ?? item.lost)?.id === id,
    );
  }

  /**
   * Whether a text is among what came and nobody asked for.
   *
   * @param {string} body
   */
  heard(body) {
    return this.inbox.kept((item) => item.kind === 'message' && item.message.body === body).length > 0;
  }

  /**
   * The dialogs that a list gives for some filters.
   *
   * @param {object} filters
   */
  async dialogs(filters = {}) {
    return (await this.cube.chat.dialog.list(filters)).items;
  }

  /**
   * A dialog as this person sees it, or undefined.
   *
   * @param {string} id
   * @param {object} filters
   */
  async dialog(id, filters = {}) {
    return (await this.dialogs({ _id: id, ...filters }))[0];
  }

  /**
   * The texts of a dialog's history, oldest first.
   *
   * @param {string} dialog
   * @param {object} more
   */
  async history(dialog, more = {}) {
    const params = { chat_dialog_id: dialog, sort_asc: 'date_sent', limit: 100, ...more };
    const { items } = await this.cube.chat.message.list(params);
    return items.map((item) => item.message);
  }
}

/**
 * Parameters of a message that was sent some seconds ago: within one second the ids decide on the order, and those
 * of the SDK are random.
 *
 * @param {number} seconds
 */
export const ago = (seconds) => ({ date_sent: Math.floor(Date.now() / 1000) - seconds });

/**
 * Checks that a call over REST is refused with a status, and with words where they are given.
 *
 * @param {Promise<unknown>} call
 * @param {number} status
 * @param {RegExp} words
 */
export async function refused(call, status, words = /./) {
  await assert.rejects(call, (error) => {
    assert.equal(error.code, status, JSON.stringify(error));
    assert.match(JSON.stringify(error.info?.errors), words);
    return true;
  });
}
