// The backend of the browser: everything in memory, every state on demand. It draws screens and tests the page's own
// logic; what works is proven in the real window.
//
// The address line chooses: `?state=` (see `STATES`), `&open=` a chat's short name, `&theme=`, `&dialogs=2000`,
// `&delay=` milliseconds before each answer, `&scale=` text size.
import type { Backend } from './backend';
import type {
  Account,
  AccountId,
  Anchor,
  AppEvent,
  Bootstrap,
  ConnectionState,
  Dialog,
  DialogId,
  DialogPage,
  Edge,
  Identity,
  IpcError,
  KeyChoice,
  KeyState,
  Message,
  MessageId,
  MessagePage,
  Settings,
  SignUp,
  Status,
  Target,
  Theme,
  User,
  UserId,
} from './bindings.gen';
import { ANSWERS, ME, PEOPLE } from './fake/script';
import { buildWorld, makeId, message, previewOf, type World } from './fake/world';

export const STATES = [
  'main',
  'empty',
  'loading',
  'failed',
  'gap',
  'connecting',
  'reconnecting',
  'offline',
  'certificate',
  'signedOut',
  'firstRun',
  'needsChoice',
  'locked',
  'wrong',
] as const;

type StateName = (typeof STATES)[number];

const ACCOUNT: AccountId = '00000000000000a1';
const TYPING_MS = 1500;

function connectionOf(state: StateName): ConnectionState {
  switch (state) {
    case 'connecting':
      return { type: 'connecting', payload: { attempt: 1, nextInMs: null } };
    case 'reconnecting':
      return { type: 'connecting', payload: { attempt: 3, nextInMs: 6000 } };
    case 'offline':
      return { type: 'offline', payload: { reason: 'noNetwork' } };
    case 'certificate':
      return { type: 'offline', payload: { reason: 'certificate' } };
    case 'signedOut':
      return { type: 'signedOut', payload: { reason: 'credentials' } };
    case 'main':
    case 'empty':
    case 'loading':
    case 'failed':
    case 'gap':
    case 'firstRun':
    case 'needsChoice':
    case 'locked':
    case 'wrong':
      return { type: 'online' };
  }
}

export class FakeBackend implements Backend {
  readonly world: World;
  /** Every call that changes something, for tests. */
  readonly calls: [string, ...unknown[]][] = [];

  #emit: (event: AppEvent) => void = () => undefined;
  #keys: KeyState = { type: 'ready' };
  #accounts: Account[];
  #settings: Settings;
  readonly #state: StateName;
  readonly #delay: number;
  #connection: ConnectionState;
  #answers = 0;

  constructor(query: URLSearchParams) {
    this.#state = STATES.find((name) => name === query.get('state')) ?? 'main';
    this.#delay = Number(query.get('delay') ?? '0');
    this.#connection = connectionOf(this.#state);
    if (this.#state === 'needsChoice' || this.#state === 'locked') this.#keys = { type: this.#state };
    const size = this.#state === 'empty' ? 0 : Number(query.get('dialogs') ?? '13');
    this.world = buildWorld(Date.now(), size);
    const open = query.get('open');
    this.#settings = {
      theme: (query.get('theme') as Theme | null) ?? 'system',
      textScale: Number(query.get('scale') ?? '1'),
      sendWithEnter: true,
      keepLocalBackend: false,
      listWidth: 320,
      lastAccount: ACCOUNT,
      lastDialog: open === null ? null : (this.world.bySlug.get(open) ?? null),
    };
    this.#accounts = this.#state === 'firstRun' ? [] : [this.#account('Mira Lindqvist', 'mira')];
    if (this.#connection.type !== 'online') this.#queue();
    (window as unknown as { fake: FakeBackend }).fake = this;
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
    this.#patch(dialogId, { lastActivity: now - 20_000 });
  }

  #account(name: string, login: string): Account {
    return {
      id: ACCOUNT,
      userId: ME,
      name,
      login,
      email: null,
      avatar: null,
      origin: 'local',
      server: '127.0.0.1, application 21',
      connection: this.#connection,
      waiting: this.#connection.type === 'online' ? 0 : 3,
    };
  }

  async #answer<T>(value: () => T): Promise<T> {
    if (this.#delay > 0) await new Promise((resolve) => setTimeout(resolve, this.#delay));
    return value();
  }

  #fail(error: IpcError): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- rejects with the same plain shape as the shell
    throw error;
  }

  emit(event: AppEvent): void {
    this.#emit(event);
  }

  async subscribe(onEvent: (event: AppEvent) => void): Promise<void> {
    this.#emit = onEvent;
    await Promise.resolve();
  }

  async bootstrap(): Promise<Bootstrap> {
    const snapshot = await this.#answer(() => ({
      version: '0.1.0',
      profile: 'default',
      platform: 'linux' as const,
      keys: this.#keys,
      accounts: this.#keys.type === 'ready' ? this.#accounts : [],
      settings: this.#settings,
    }));
    if (this.#connection.type === 'online') {
      for (const [dialogId, userIds] of this.world.typing) {
        setTimeout(() => {
          this.#emit({ type: 'typingChanged', payload: { accountId: ACCOUNT, dialogId, userIds } });
        }, 50);
      }
    }
    return snapshot;
  }

  async createKeys(choice: KeyChoice): Promise<void> {
    this.calls.push(['createKeys', choice.type]);
    await this.#answer(() => (this.#keys = { type: 'ready' }));
  }

  async unlock(passphrase: string): Promise<void> {
    await this.#answer(() => {
      if (passphrase !== 'correct') this.#fail({ kind: 'wrongPassphrase' });
      this.#keys = { type: 'ready' };
    });
  }

  async saveSettings(settings: Settings): Promise<void> {
    await this.#answer(() => (this.#settings = settings));
  }

  async signUp(target: Target, request: SignUp): Promise<Account> {
    this.calls.push(['signUp', target.type, request.login]);
    return this.#answer(() => {
      if (this.#state === 'wrong') {
        this.#fail({ kind: 'validation', fields: [{ field: 'login', message: 'has already been taken' }] });
      }
      return this.#enter(request.fullName, request.login);
    });
  }

  async signIn(target: Target, identity: Identity): Promise<Account> {
    this.calls.push(['signIn', target.type, identity.type]);
    return this.#answer(() => {
      if (this.#state === 'wrong') this.#fail({ kind: 'credentials' });
      return this.#enter('Mira Lindqvist', 'mira');
    });
  }

  #enter(name: string, login: string): Account {
    const account = this.#account(name, login);
    this.#accounts = [account];
    this.#emit({ type: 'accountsChanged', payload: { accounts: this.#accounts } });
    return account;
  }

  async signOut(accountId: AccountId, erase: boolean): Promise<void> {
    this.calls.push(['signOut', accountId, erase]);
    await this.#answer(() => {
      this.#accounts = this.#accounts.filter((account) => account.id !== accountId);
      this.#emit({ type: 'accountsChanged', payload: { accounts: this.#accounts } });
    });
  }

  async dialogs(_accountId: AccountId, after: string | null, limit: number): Promise<DialogPage> {
    if (this.#state === 'loading') return new Promise(() => undefined);
    return this.#answer(() => {
      if (this.#state === 'failed') this.#fail({ kind: 'storage', message: 'disk I/O error' });
      const all = [...this.world.dialogs.values()].sort((a, b) => b.lastActivity - a.lastActivity);
      const from = after === null ? 0 : Number(after);
      const next = from + limit < all.length ? String(from + limit) : null;
      return { items: all.slice(from, from + limit), next };
    });
  }

  async dialog(_accountId: AccountId, dialogId: DialogId): Promise<Dialog | null> {
    return this.#answer(() => this.world.dialogs.get(dialogId) ?? null);
  }

  async messages(
    _accountId: AccountId,
    dialogId: DialogId,
    anchor: Anchor,
    limit: number,
  ): Promise<MessagePage> {
    if (this.#state === 'loading') return new Promise(() => undefined);
    return this.#answer(() => this.#page(dialogId, anchor, limit));
  }

  #page(dialogId: DialogId, anchor: Anchor, limit: number): MessagePage {
    const all = this.world.messages.get(dialogId) ?? [];
    const at = (id: MessageId): number => all.findIndex((item) => item.id === id);
    let from = 0;
    switch (anchor.type) {
      case 'newest':
        from = all.length - limit;
        break;
      case 'firstUnread': {
        const first = this.world.dialogs.get(dialogId)?.firstUnreadId ?? null;
        from = first === null ? all.length - limit : at(first) - Math.floor(limit / 2);
        break;
      }
      case 'before':
        from = at(anchor.payload) - limit;
        break;
      case 'after':
        from = at(anchor.payload) + 1;
        break;
      case 'around':
        from = at(anchor.payload) - Math.floor(limit / 2);
        break;
    }
    const to =
      anchor.type === 'before' ? at(anchor.payload) : Math.min(all.length, Math.max(0, from) + limit);
    from = anchor.type === 'after' ? from : Math.max(0, Math.min(from, to - limit));
    let before: Edge = from > 0 ? { type: 'more' } : { type: 'end' };
    if (this.#state === 'gap') before = { type: 'gap', payload: { reason: 'failed' } };
    else if (this.#connection.type !== 'online' && from > 0 && from <= all.length - 100) {
      before = { type: 'gap', payload: { reason: 'offline' } };
    }
    return {
      items: all.slice(from, to),
      before,
      after: to < all.length ? { type: 'more' } : { type: 'end' },
    };
  }

  async sendText(_accountId: AccountId, dialogId: DialogId, text: string): Promise<MessageId> {
    this.calls.push(['sendText', dialogId, text]);
    return this.#answer(() => {
      const item = this.add(dialogId, ME, text, 'pending');
      this.#travel(item, text.includes('fail'));
      return item.id;
    });
  }

  /** A message comes into being, mine or theirs, with its events. */
  add(dialogId: DialogId, senderId: UserId, text: string, status: Status = 'delivered'): Message {
    const now = Date.now();
    const item = message(dialogId, senderId, text, now, status, makeId(now));
    const items = this.world.messages.get(dialogId) ?? [];
    items.push(item);
    this.world.messages.set(dialogId, items);
    this.#emit({
      type: 'messagesChanged',
      payload: { accountId: ACCOUNT, dialogId, messages: [item], removedIds: [] },
    });
    const dialog = this.world.dialogs.get(dialogId);
    this.#patch(dialogId, {
      unread: senderId === ME ? (dialog?.unread ?? 0) : (dialog?.unread ?? 0) + 1,
      firstUnreadId: senderId === ME ? (dialog?.firstUnreadId ?? null) : (dialog?.firstUnreadId ?? item.id),
      lastActivity: now,
    });
    return item;
  }

  /** The events that follow any change of a chat. */
  #patch(dialogId: DialogId, change: Partial<Dialog>): void {
    const dialog = this.world.dialogs.get(dialogId);
    if (!dialog) return;
    const items = this.world.messages.get(dialogId) ?? [];
    const unsent = items.some((item) => item.status === 'failed');
    const next = { ...dialog, ...change, unsent, last: previewOf(items) };
    this.world.dialogs.set(dialogId, next);
    this.#emit({
      type: 'dialogsChanged',
      payload: { accountId: ACCOUNT, dialogs: [next], removedIds: [] },
    });
  }

  /** Replaces one message and tells about it. */
  change(item: Message, change: Partial<Message>): Message {
    const items = this.world.messages.get(item.dialogId) ?? [];
    const index = items.findIndex((each) => each.id === item.id);
    const current = items[index];
    if (!current) return item;
    const next = { ...current, ...change };
    items[index] = next;
    this.#emit({
      type: 'messagesChanged',
      payload: { accountId: ACCOUNT, dialogId: item.dialogId, messages: [next], removedIds: [] },
    });
    this.#patch(item.dialogId, {});
    return next;
  }

  /** Clock, tick, two ticks, read; then the other one writes and answers. */
  #travel(item: Message, fails: boolean): void {
    if (this.#connection.type !== 'online') return;
    const dialog = this.world.dialogs.get(item.dialogId);
    const others = dialog?.occupantIds.filter((id) => id !== ME) ?? [];
    const steps: [number, () => void][] = fails
      ? [[600, () => this.change(item, { status: 'failed', failure: { kind: 'noAnswer', text: null } })]]
      : [
          [300, () => this.change(item, { status: 'sent', failure: null })],
          [800, () => this.change(item, { status: 'delivered', deliveredTo: others })],
          [1400, () => this.change(item, { status: 'read', deliveredTo: others, readBy: others })],
        ];
    for (const [after, step] of steps) setTimeout(step, after);
    const partner = others[0];
    if (fails || partner === undefined || dialog?.kind !== 'private') return;
    setTimeout(() => {
      this.setTypingOf(item.dialogId, [partner]);
    }, 1600);
    setTimeout(() => {
      this.setTypingOf(item.dialogId, []);
      this.#answers += 1;
      this.add(item.dialogId, partner, ANSWERS[this.#answers % ANSWERS.length] ?? '');
    }, 1600 + TYPING_MS);
  }

  setTypingOf(dialogId: DialogId, userIds: UserId[]): void {
    this.#emit({ type: 'typingChanged', payload: { accountId: ACCOUNT, dialogId, userIds } });
  }

  setConnection(state: ConnectionState): void {
    this.#connection = state;
    this.#emit({ type: 'connectionChanged', payload: { accountId: ACCOUNT, state } });
  }

  #find(messageId: MessageId): Message | undefined {
    for (const items of this.world.messages.values()) {
      const found = items.find((item) => item.id === messageId);
      if (found) return found;
    }
    return undefined;
  }

  async retry(_accountId: AccountId, messageId: MessageId): Promise<void> {
    this.calls.push(['retry', messageId]);
    await this.#answer(() => {
      const item = this.#find(messageId);
      if (item) this.#travel(this.change(item, { status: 'pending', failure: null }), false);
    });
  }

  async discardUnsent(_accountId: AccountId, messageId: MessageId): Promise<string | null> {
    this.calls.push(['discardUnsent', messageId]);
    return this.#answer(() => {
      const item = this.#find(messageId);
      if (!item) return null;
      const rest = (this.world.messages.get(item.dialogId) ?? []).filter((each) => each.id !== messageId);
      this.world.messages.set(item.dialogId, rest);
      this.#emit({
        type: 'messagesChanged',
        payload: { accountId: ACCOUNT, dialogId: item.dialogId, messages: [], removedIds: [messageId] },
      });
      this.#patch(item.dialogId, {});
      return item.text;
    });
  }

  async markRead(_accountId: AccountId, dialogId: DialogId, upTo: MessageId): Promise<void> {
    this.calls.push(['markRead', dialogId, upTo]);
    await this.#answer(() => {
      const items = this.world.messages.get(dialogId) ?? [];
      const at = items.findIndex((item) => item.id === upTo);
      const left = items.slice(at + 1).filter((item) => item.senderId !== ME);
      this.#patch(dialogId, { unread: left.length, firstUnreadId: left[0]?.id ?? null });
    });
  }

  async setTyping(_accountId: AccountId, dialogId: DialogId, typing: boolean): Promise<void> {
    this.calls.push(['setTyping', dialogId, typing]);
    await Promise.resolve();
  }

  async saveDraft(_accountId: AccountId, dialogId: DialogId, text: string): Promise<void> {
    this.calls.push(['saveDraft', dialogId, text]);
    await this.#answer(() => {
      this.#patch(dialogId, { draft: text === '' ? null : text });
    });
  }

  async users(_accountId: AccountId, ids: UserId[]): Promise<User[]> {
    return this.#answer(() => PEOPLE.filter((user) => ids.includes(user.id)));
  }

  async searchPeople(_accountId: AccountId, query: string): Promise<User[]> {
    const wanted = query.trim().toLocaleLowerCase();
    return this.#answer(() =>
      PEOPLE.filter((user) => user.id !== ME && user.name.toLocaleLowerCase().includes(wanted)),
    );
  }

  async createPrivate(_accountId: AccountId, userId: UserId): Promise<DialogId> {
    return this.#answer(() => {
      for (const dialog of this.world.dialogs.values()) if (dialog.opponentId === userId) return dialog.id;
      const user = PEOPLE.find((each) => each.id === userId);
      return this.#create('private', user?.name ?? '', [userId]);
    });
  }

  async createGroup(_accountId: AccountId, name: string, userIds: UserId[]): Promise<DialogId> {
    return this.#answer(() => this.#create('group', name, userIds));
  }

  #create(kind: 'private' | 'group', name: string, userIds: UserId[]): DialogId {
    const now = Date.now();
    const id = makeId(now);
    this.world.dialogs.set(id, {
      id,
      kind,
      name,
      photo: null,
      description: null,
      ownerId: ME,
      occupantIds: [ME, ...userIds],
      opponentId: kind === 'private' ? (userIds[0] ?? null) : null,
      last: null,
      lastActivity: now,
      unread: 0,
      firstUnreadId: null,
      draft: null,
      unsent: false,
    });
    this.world.messages.set(id, []);
    this.#patch(id, {});
    return id;
  }

  async connectNow(): Promise<void> {
    this.calls.push(['connectNow']);
    await Promise.resolve();
    this.setConnection({ type: 'connecting', payload: { attempt: 1, nextInMs: null } });
    setTimeout(() => {
      this.setConnection({ type: 'online' });
      this.#emit({ type: 'outboxChanged', payload: { accountId: ACCOUNT, waiting: 0 } });
    }, 800);
  }

  async openLink(url: string): Promise<void> {
    this.calls.push(['openLink', url]);
    window.open(url, '_blank', 'noopener');
    await Promise.resolve();
  }

  async painted(): Promise<void> {
    this.calls.push(['painted']);
    await Promise.resolve();
  }

  async close(): Promise<void> {
    this.calls.push(['close']);
    await Promise.resolve();
  }
}
