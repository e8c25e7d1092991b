// Somebody with the official SDK, as it comes from npm.

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
    chat.onDisconnectedListener = heard('disconnected', []);
    chat.onReconnectListener = heard('reconnected', []);
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

  /** @param {number[]} others */
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
   */
  send(to, dialog, body) {
    const type = typeof to === 'number' ? 'chat' : 'groupchat';
    return this.cube.chat.send(to, {
      type,
      body,
      extension: { save_to_history: 1, dialog_id: dialog },
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

  /** The texts of a dialog's history, oldest first. */
  async history(dialog) {
    const params = { chat_dialog_id: dialog, sort_asc: 'date_sent', limit: 100 };
    const { items } = await this.cube.chat.message.list(params);
    return items.map((item) => item.message);
  }
}
