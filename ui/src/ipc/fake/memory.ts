// What the fake backend remembers, and how its commands answer: late when asked to, failing when asked to, and telling
// about every change as the engine does. Tests reach it as `window.fake`.
import type {
  Account,
  AccountId,
  AccountUnread,
  Activity,
  AppEvent,
  ConnectionState,
  DesktopWords,
  Dialog,
  DialogId,
  IpcError,
  KeyState,
  Link,
  Message,
  MessageId,
  OrganisationState,
  Settings,
  Status,
  SystemLine,
  Theme,
  UpdateState,
  UserId,
} from '../bindings.gen';
import { ME } from './cast';
import { Locks } from './locks';
import { connectionOf, failuresOf, stateOf, type StateName } from './states';
import { travel, waitFor } from './travel';
import { organisationOf } from './organisation';
import { updatesOf } from './updates';
import { Microphone } from './microphone';
import { buildWorld, makeId, message, previewOf, standing, type World } from './world';

export const ACCOUNT: AccountId = '00000000000000a1';
/** The second account, with `&accounts=2`; it has the same chats. */
export const OTHER_ACCOUNT: AccountId = '00000000000000a2';

export class Memory {
  readonly world: World;
  /** Every call that changes something, for tests. */
  organisation: OrganisationState;
  /** How it stands with new versions. */
  updates: UpdateState;
  /** The link from outside that waits, for tests to put there. */
  readonly link: Link[] = [];
  readonly calls: [string, ...unknown[]][] = [];
  readonly state: StateName;
  readonly size: number;
  accounts: Account[];
  /** What waits to be read in the accounts that are not shown first. */
  unread: AccountUnread[] = [];
  settings: Settings;
  keys: KeyState = { type: 'ready' };
  /** What opens the caches. */
  readonly locks: Locks;
  connection: ConnectionState;
  readonly microphone: Microphone;
  /** Whose activity the page follows now. */
  watched: readonly UserId[] = [];
  /** What the desktop was told to say. */
  desktopWords: DesktopWords | null = null;
  autostart = false;
  /** Files of the next message that is taken back that are not there any more, the first ones. */
  lostFiles = 0;
  /** What the window believes to run on. */
  readonly platform: 'linux' | 'windows';
  /** Pictures given by the page, by uid, as `data:` addresses. */
  readonly pictures = new Map<string, string>();

  #listener: (event: AppEvent) => void = () => undefined;
  readonly #delay: number;
  readonly #failureOf: (command: string) => IpcError | undefined;

  constructor(query: URLSearchParams) {
    this.platform = query.get('platform') === 'windows' ? 'windows' : 'linux';
    this.state = stateOf(query.get('state'));
    this.#delay = Number(query.get('delay') ?? '0');
    this.#failureOf = failuresOf(query.get('fail'));
    this.connection = connectionOf(this.state);
    const keys = query.get('keys') ?? (this.state === 'locked' ? 'passphrase' : 'keychain');
    this.locks = new Locks(keys, (error) => this.fail(error));
    if (this.state === 'needsChoice') this.keys = { type: this.state };
    else if (this.state === 'locked') this.keys = this.locks.locked();
    this.microphone = new Microphone((event) => this.emit(event), query.get('microphone'));
    this.size = this.state === 'empty' ? 0 : Number(query.get('dialogs') ?? '13');
    this.organisation = organisationOf(query.get('organisation'));
    this.updates = updatesOf(query.get('updates'));
    this.world = buildWorld(Date.now(), this.size, this.state);
    const open = query.get('open');
    this.settings = {
      theme: (query.get('theme') as Theme | null) ?? 'system',
      language: query.get('language'),
      textScale: Number(query.get('scale') ?? '1'),
      zoom: 100,
      sendWithEnter: true,
      shortcuts: {},
      linkPreviews: true,
      undoSendS: Number(query.get('undo') ?? '0'),
      keepLocalBackend: false,
      listWidth: 320,
      inactiveAfterS: 300,
      lockAfterS: 900,
      lockWithScreen: true,
      autoDownload: { images: 10_485_760, files: 1_048_576, onMetered: false },
      cacheBudgetBytes: 2_147_483_648,
      mapTiles: null,
      notifications: { about: 'everything', shows: 'text', sound: 'message', quietHours: null },
      quietUntil: null,
      trayIcon: true,
      closeToTray: false,
      lastAccount: ACCOUNT,
      lastDialog: open === null ? null : (this.world.bySlug.get(open) ?? null),
    };
    this.accounts = this.state === 'firstRun' ? [] : [this.account('Mira Lindqvist', 'mira')];
    if (query.get('accounts') === '2') {
      this.accounts.push({ ...this.account('Mira at work', 'mira.work'), id: OTHER_ACCOUNT });
      this.unread = [{ accountId: OTHER_ACCOUNT, messages: 3, dialogs: 2 }];
    }
    if (this.connection.type !== 'online') this.#queue();
  }

  /** What was written without a connection, in the chat that shows it. */
  #queue(): void {
    const dialogId = this.world.bySlug.get('jonas');
    const items = dialogId === undefined ? undefined : this.world.messages.get(dialogId);
    if (dialogId === undefined || items === undefined) return;
    const now = Date.now();
    [
      'I take the early train, no need to fetch me',
      'The big thermos is packed ☕',
      'And the small stove',
    ].forEach((text, index) =>
      items.push(message(dialogId, ME, text, now - (3 - index) * 20_000, 'pending')),
    );
    this.patch(dialogId, { lastActivity: now - 20_000 });
  }

  account(name: string, login: string): Account {
    return {
      id: ACCOUNT,
      userId: ME,
      name,
      login,
      email: null,
      avatar: null,
      origin: 'local',
      server: '127.0.0.1 · 21',
      connection: this.connection,
      waiting: this.connection.type === 'online' ? 0 : 3,
    };
  }

  /** Answers a question. */
  async answer<T>(value: () => T): Promise<T> {
    if (this.#delay > 0) await new Promise((resolve) => setTimeout(resolve, this.#delay));
    return value();
  }

  /** Records a command that changes something, then does it, or fails as the address line says. */
  async act<T>(call: [string, ...unknown[]], work: () => T): Promise<T> {
    this.calls.push(call);
    return this.answer(() => {
      const failure = this.#failureOf(call[0]);
      if (failure) this.fail(failure);
      return work();
    });
  }

  fail(error: IpcError): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- rejects with the same plain shape as the shell
    throw error;
  }

  listen(listener: (event: AppEvent) => void): void {
    this.#listener = listener;
  }

  emit(event: AppEvent): void {
    this.#listener(event);
  }

  /** A chat that must be there. */
  dialogOf(dialogId: DialogId): Dialog {
    return this.world.dialogs.get(dialogId) ?? this.fail({ kind: 'notFound' });
  }

  messagesOf(dialogId: DialogId): Message[] {
    return this.world.messages.get(dialogId) ?? [];
  }

  find(messageId: MessageId): Message | undefined {
    for (const items of this.world.messages.values()) {
      const found = items.find((item) => item.id === messageId);
      if (found) return found;
    }
    return undefined;
  }

  /** The events that follow any change of a chat. */
  patch(dialogId: DialogId, change: Partial<Dialog>): void {
    const dialog = this.world.dialogs.get(dialogId);
    if (!dialog) return;
    const all = this.messagesOf(dialogId);
    const items = all.filter((item) => item.hold?.type !== 'scheduled');
    const changed = { ...dialog, ...change };
    const next = {
      ...changed,
      ...standing(changed),
      unsent: items.some((item) => item.status === 'failed'),
      scheduled: all.length - items.length,
      last: previewOf(items),
    };
    if (next.unread === 0) next.mention = false;
    this.world.dialogs.set(dialogId, next);
    this.emit({ type: 'dialogsChanged', payload: { accountId: ACCOUNT, dialogs: [next], removedIds: [] } });
  }

  /** Chats are gone, whoever removed them. */
  remove(dialogIds: DialogId[]): void {
    for (const id of dialogIds) {
      this.world.dialogs.delete(id);
      this.world.messages.delete(id);
    }
    this.emit({
      type: 'dialogsChanged',
      payload: { accountId: ACCOUNT, dialogs: [], removedIds: dialogIds },
    });
  }

  /** A message comes into being, mine or theirs, with its events. */
  add(
    dialogId: DialogId,
    senderId: UserId,
    text: string,
    status: Status = 'delivered',
    more: Partial<Message> = {},
  ): Message {
    const now = Date.now();
    const item = this.#insert({ ...message(dialogId, senderId, text, now, status, makeId(now)), ...more });
    const dialog = this.world.dialogs.get(dialogId);
    const unread = dialog?.unread ?? 0;
    const firstUnreadId = dialog?.firstUnreadId ?? null;
    this.patch(dialogId, {
      unread: senderId === ME ? unread : unread + 1,
      firstUnreadId: senderId === ME ? firstUnreadId : (firstUnreadId ?? item.id),
      lastActivity: now,
    });
    return item;
  }

  /** A message of mine that can be taken back until a moment. */
  hold(dialogId: DialogId, text: string, until: number, more: Partial<Message>): Message {
    const hold = { type: 'undo', payload: { until } } as const;
    const item = this.add(dialogId, ME, text, 'pending', { ...more, hold });
    waitFor(this, item);
    this.outboxChanged();
    return item;
  }

  /** A message of mine for later. */
  schedule(dialogId: DialogId, text: string, at: number, more: Partial<Message>): Message {
    const hold = { type: 'scheduled', payload: { at } } as const;
    const item = this.#insert({ ...message(dialogId, ME, text, at, 'pending'), ...more, hold });
    this.patch(dialogId, {});
    waitFor(this, item);
    this.outboxChanged();
    return item;
  }

  /** The wait of a message is over. */
  release(item: Message): void {
    this.travel(this.change(item, { hold: null, sentAt: Date.now() }));
    this.outboxChanged();
  }

  travel(item: Message, again = false): void {
    travel(this, item, again);
  }

  /** The number that waits is told as the engine tells it. */
  outboxChanged(): void {
    const waiting = [...this.world.messages.values()]
      .flat()
      .filter((item) => item.status === 'pending' && item.hold?.type !== 'scheduled').length;
    this.emit({ type: 'outboxChanged', payload: { accountId: ACCOUNT, waiting } });
  }

  /** A line the messenger writes itself; it makes nothing unread. */
  tell(dialogId: DialogId, senderId: UserId, system: SystemLine): void {
    const now = Date.now();
    this.#insert({ ...message(dialogId, senderId, '', now, 'delivered', makeId(now)), system });
    this.patch(dialogId, { lastActivity: now });
  }

  #insert(item: Message): Message {
    const items = this.messagesOf(item.dialogId);
    items.push(item);
    this.world.messages.set(item.dialogId, items);
    this.#tellMessages(item.dialogId, [item], []);
    return item;
  }

  #tellMessages(dialogId: DialogId, messages: Message[], removedIds: MessageId[]): void {
    this.emit({ type: 'messagesChanged', payload: { accountId: ACCOUNT, dialogId, messages, removedIds } });
  }

  /** Replaces one message and tells about it. */
  change(item: Message, change: Partial<Message>): Message {
    const items = this.messagesOf(item.dialogId);
    const index = items.findIndex((each) => each.id === item.id);
    const current = items[index];
    if (!current) return item;
    const next = { ...current, ...change };
    items[index] = next;
    this.#tellMessages(item.dialogId, [next], []);
    this.patch(item.dialogId, {});
    return next;
  }

  /** Takes messages out of a chat. */
  drop(dialogId: DialogId, gone: (item: Message) => boolean): void {
    const items = this.messagesOf(dialogId);
    this.world.messages.set(
      dialogId,
      items.filter((item) => !gone(item)),
    );
    this.#tellMessages(
      dialogId,
      [],
      items.filter(gone).map((item) => item.id),
    );
    this.patch(dialogId, {});
  }

  setTypingOf(dialogId: DialogId, userIds: UserId[]): void {
    this.emit({ type: 'typingChanged', payload: { accountId: ACCOUNT, dialogId, userIds } });
  }

  setConnection(state: ConnectionState): void {
    this.connection = state;
    this.emit({ type: 'connectionChanged', payload: { accountId: ACCOUNT, state } });
  }

  /** Somebody comes or goes; the page hears of those it watches. */
  setActivity(userId: UserId, activity: Activity): void {
    this.world.activities.set(userId, activity);
    if (this.watched.includes(userId)) this.tellActivities([userId]);
  }

  tellActivities(userIds: readonly UserId[]): void {
    const people = userIds.flatMap((userId) => {
      const activity = this.world.activities.get(userId);
      return activity ? [{ userId, activity }] : [];
    });
    if (people.length > 0) this.emit({ type: 'activityChanged', payload: { accountId: ACCOUNT, people } });
  }
}
