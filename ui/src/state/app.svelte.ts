// Owns the stores and the path of events into them. Created once at the root; the order is: subscribe, then load.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import { dragged } from '~/ipc/drops';
import type {
  Account,
  AccountId,
  AppEvent,
  DialogId,
  ExportProgress,
  Features,
  IpcError,
  KeyState,
  Link,
  MessageId,
  Organisation,
  OrganisationProblem,
  OrganisationState,
  UserId,
} from '~/ipc/bindings.gen';
import { locale, m } from '~/i18n';
import { errorSentence } from '~/lib/errorSentence';
import { Accounts } from './accounts.svelte';
import { Drop, type DropPlace } from './drop.svelte';
import { Player } from './player.svelte';
import { SettingsStore } from './settings.svelte';
import { Shortcuts, type ShortcutId } from './shortcuts.svelte';
import { Space } from './space.svelte';
import { Toast, type ToastWords } from './toast.svelte';
import { Updates } from './updates.svelte';
import { View, type ReportTarget } from './view.svelte';

/** Where a menu bar has the same keys, a press may reach the page and then the bar, ms. */
const SAME_PRESS_MS = 250;

/** Between two signs that the person is here, ms. */
const TOUCH_MS = 10_000;

export type Boot = { kind: 'loading' } | { kind: 'failed'; error: IpcError } | { kind: 'ready' };

type Wanted = Extract<AppEvent, { type: 'goto' }>['payload'];
type MessagesChanged = Extract<AppEvent, { type: 'messagesChanged' }>['payload'];

export class App {
  boot = $state.raw<Boot>({ kind: 'loading' });
  keys = $state.raw<KeyState>({ type: 'ready' });
  /** Whether the app can be locked: nothing opens its caches without a person. */
  canLock = $state(false);
  version = $state('');
  profile = $state('');
  /** Whether this desktop shows icons of programs. */
  hasTray = $state(false);
  platform = $state<'linux' | 'macos' | 'windows'>('linux');
  /** How far the export is that was started last. */
  exporting = $state.raw<{ dialogId: DialogId; progress: ExportProgress } | null>(null);
  /** What screen readers are told next; the shell's live region speaks it. */
  announcement = $state.raw<{ text: string }>({ text: '' });
  /** Counts how often a connection came back: pictures that did not load before are tried again. */
  connections = $state(0);

  /** The organisation that handed the app over; null for most people. */
  organisation = $state.raw<Organisation | null>(null);
  /** Why the configuration that should count cannot. */
  organisationProblem = $state.raw<OrganisationProblem | null>(null);

  readonly accounts = new Accounts();
  readonly view = new View();
  readonly settings: SettingsStore;
  /** Which keys do what. */
  readonly shortcuts: Shortcuts;
  readonly toasts = new Toast();
  /** New versions of the program. */
  readonly updates: Updates;
  /** What is heard. */
  readonly player: Player;
  /** Files of other programs that are dragged over the window. */
  readonly drop = new Drop((x, y) => document.elementFromPoint(x, y));
  /** Bytes of the largest file that can be sent. */
  maxUploadBytes = $state(0);
  /** Files that another program handed over and that wait for a chat; null while there are none. */
  shared = $state.raw<{ shareId: number; count: number } | null>(null);

  /** Accounts whose chats were looked at in this run. */
  #spaces = $state.raw<ReadonlyMap<AccountId, Space>>(new Map());

  #touchedAt = 0;
  /** What does commands that were chosen outside the page; the first that can does it. */
  readonly #doers = new Set<(command: string) => boolean>();
  /** The shortcut that was pressed last. */
  #pressed: { id: ShortcutId; at: number } | null = null;
  readonly #forget: () => void;
  /** Where the person wants to go from outside the window, until the window can go there. */
  #wanted: Wanted | null = null;

  /** The first paint is reported once, whichever screen it is of. */
  #painted = false;

  /**
   * @param forget Begins the page anew: whatever it holds of the messages is gone from memory.
   */
  constructor(
    readonly backend: Backend,
    forget = (): void => window.location.reload(),
  ) {
    this.#forget = forget;
    this.settings = new SettingsStore(backend);
    this.shortcuts = new Shortcuts(this.settings, () => this.platform === 'macos');
    this.updates = new Updates(
      backend,
      () => this.flush(),
      (version) => this.#tellVersion(version),
    );
    this.player = new Player(async ({ accountId, messageId, index }) => {
      const { url } = await backend.openMedia(accountId, messageId, index);
      return url;
    });
  }

  /** The account whose chats are listed. */
  get account(): Account | null {
    return this.accounts.get(this.view.accountId);
  }

  /** Its stores. */
  get space(): Space | null {
    const id = this.view.accountId;
    return id === null ? null : (this.#spaces.get(id) ?? null);
  }

  /** Where the tiles of detailed maps come from; null until the person chose a source. */
  get tiles(): string | null {
    return this.settings.current.mapTiles === null ? null : this.backend.mapTilesUrl();
  }

  async start(): Promise<void> {
    this.boot = { kind: 'loading' };
    try {
      await this.backend.subscribe((event) => {
        this.apply(event);
      });
      await this.load();
    } catch (error) {
      this.boot = { kind: 'failed', error: toIpcError(error) };
    }
  }

  /** Takes the snapshot. Also called after the keys were made or unlocked. */
  async load(): Promise<void> {
    const snapshot = await this.backend.bootstrap();
    this.version = snapshot.version;
    this.profile = snapshot.profile;
    this.platform = snapshot.platform;
    this.maxUploadBytes = snapshot.maxUploadBytes;
    this.hasTray = snapshot.hasTray;
    this.takeOrganisation(snapshot.organisation);
    this.updates.set(snapshot.updates);
    this.keys = snapshot.keys;
    this.canLock = snapshot.canLock;
    this.accounts.set(snapshot.accounts);
    this.accounts.setUnread(snapshot.unread);
    this.settings.load(snapshot.settings);
    this.boot = { kind: 'ready' };
    if (snapshot.keys.type !== 'ready') return;
    const last = this.accounts.get(snapshot.settings.lastAccount) ?? snapshot.accounts[0];
    if (!last) {
      this.view.go({ kind: 'firstRun' });
      return;
    }
    this.#show(last);
    this.view.dialogId = last.id === snapshot.settings.lastAccount ? snapshot.settings.lastDialog : null;
    this.view.go({ kind: 'main' });
    const { release } = this.updates.current;
    if (release !== null) this.#tellVersion(release.version);
    this.#follow();
    void this.#followLink();
  }

  /** Makes the account the listed one and shows its chats: what signing in ends with. */
  enter(account: Account): void {
    this.accounts.upsert(account);
    this.#show(account);
    this.view.openDialog(null);
    this.view.go({ kind: 'main' });
    this.settings.update({ lastAccount: account.id, lastDialog: null });
    void this.#followLink();
  }

  /** Opens a chat, at a message where one is named, and remembers it as the last one. */
  openChat(accountId: AccountId, dialogId: DialogId, messageId: MessageId | null = null): void {
    this.view.openDialog(dialogId);
    if (messageId !== null) this.view.goal = { dialogId, messageId };
    this.settings.update({ lastAccount: accountId, lastDialog: dialogId });
  }

  /** Shows who somebody is, over everything else. */
  openProfile(userId: UserId): void {
    this.view.lay({ kind: 'profile', userId });
  }

  /** Asks in which way somebody is to be blocked, and blocks them. */
  openBlock(userId: UserId): void {
    this.view.lay({ kind: 'block', userId });
  }

  /** Asks for the reason of a report, and sends it. */
  openReport(target: ReportTarget): void {
    this.view.lay({ kind: 'report', target });
  }

  /** Goes where a link leads, in the listed account or another; says so when that is nowhere here. */
  async openLinked(link: Link): Promise<void> {
    const { account } = this;
    if (account === null) return;
    const others = this.accounts.list.filter((each) => each.id !== account.id);
    switch (link.type) {
      case 'unknown':
        this.toast(m.link_unknown());
        return;
      case 'user':
        this.openProfile(link.payload);
        return;
      case 'message':
        for (const { id } of [account, ...others]) {
          const dialogId = await this.backend.dialogOfMessage(id, link.payload);
          if (dialogId !== null) return this.#goTo(id, dialogId, link.payload);
        }
        this.toast(m.conversation_link_gone());
        return;
      case 'dialog':
        for (const { id } of [account, ...others]) {
          if ((await this.backend.dialog(id, link.payload)) !== null)
            return this.#goTo(id, link.payload, null);
        }
        this.toast(m.link_dialog_gone());
    }
  }

  #goTo(accountId: AccountId, dialogId: DialogId, messageId: MessageId | null): void {
    const account = this.accounts.get(accountId);
    if (!account) return;
    this.#show(account);
    this.openChat(accountId, dialogId, messageId);
    this.view.go({ kind: 'main' });
  }

  /** Takes the link that was followed outside, once there is somebody to show it to. */
  async #followLink(): Promise<void> {
    if (this.boot.kind !== 'ready' || this.keys.type !== 'ready' || this.account === null) return;
    try {
      const link = await this.backend.takeLink();
      if (link === null) return;
      this.view.go({ kind: 'main' });
      await this.openLinked(link);
    } catch (error) {
      this.toast(errorSentence(error));
    }
  }

  takeOrganisation({ organisation, problem }: OrganisationState): void {
    this.organisation = organisation;
    this.organisationProblem = problem;
  }

  /** Whether the organisation leaves this on; without one everything is, and nothing while its file cannot be used. */
  allows(feature: keyof Features): boolean {
    if (this.organisationProblem !== null) return false;
    return this.organisation?.features[feature] ?? true;
  }

  /** Shows the whole page at another size, in percent, and keeps it. */
  zoom(percent: number): void {
    if (percent !== this.settings.current.zoom) this.settings.update({ zoom: percent });
    const size = new Intl.NumberFormat(locale(), { style: 'percent' }).format(percent / 100);
    this.toast(m.settings_zoom_now({ size }));
  }

  /** No notifications until then, in unix milliseconds; null ends it. */
  async setQuiet(until: number | null): Promise<void> {
    await this.backend.setQuiet(until);
  }

  announce(text: string): void {
    this.announcement = { text };
  }

  /** One short sentence at the lower edge, spoken too, with the way back where there is one. */
  toast(text: string, action: ToastWords['action'] = null): void {
    this.toasts.show(text, action);
    this.announce(action === null ? text : `${text} ${action.label}`);
  }

  /** The one entrance for what the engine says. */
  apply(event: AppEvent): void {
    switch (event.type) {
      case 'accountsChanged':
        this.#accountsChanged(event.payload.accounts);
        break;
      case 'unreadChanged':
        this.accounts.setUnread(event.payload.unread);
        break;
      case 'connectionChanged':
        this.accounts.setConnection(event.payload.accountId, event.payload.state);
        if (event.payload.state.type === 'online') this.connections += 1;
        else this.#spaces.get(event.payload.accountId)?.typing.clear();
        this.#spaces.get(event.payload.accountId)?.outbox.changed();
        break;
      case 'outboxChanged':
        this.accounts.setWaiting(event.payload.accountId, event.payload.waiting);
        this.#spaces.get(event.payload.accountId)?.outbox.changed();
        break;
      case 'dialogsChanged':
        this.#spaces
          .get(event.payload.accountId)
          ?.dialogs.changed(event.payload.dialogs, event.payload.removedIds);
        break;
      case 'messagesChanged':
        this.#messagesChanged(event.payload);
        break;
      case 'voiceLevel': {
        const { accountId, dialogId, level, elapsedMs } = event.payload;
        this.#spaces.get(accountId)?.recorder.heard(dialogId, level, elapsedMs);
        break;
      }
      case 'voiceEnded':
        this.#spaces
          .get(event.payload.accountId)
          ?.recorder.endedBy(event.payload.dialogId, event.payload.reason);
        break;
      case 'attachmentsChanged':
        this.#spaces
          .get(event.payload.accountId)
          ?.filesChanged(event.payload.dialogId, event.payload.changes);
        break;
      case 'filesDragged':
        this.#dragged(event.payload);
        break;
      case 'filesShared':
        this.shared = { shareId: event.payload.shareId, count: event.payload.count };
        break;
      case 'historyChanged':
        this.#spaces.get(event.payload.accountId)?.windowOf(event.payload.dialogId)?.historyChanged();
        break;
      case 'typingChanged':
        this.#spaces.get(event.payload.accountId)?.typing.set(event.payload.dialogId, event.payload.userIds);
        break;
      case 'usersChanged':
        this.#spaces.get(event.payload.accountId)?.users.apply(event.payload.users);
        break;
      case 'activityChanged':
        this.#spaces.get(event.payload.accountId)?.presence.apply(event.payload.people);
        break;
      case 'privacyChanged':
        this.#spaces.get(event.payload.accountId)?.blocks.apply(event.payload.blocked);
        break;
      case 'foldersChanged':
        this.#spaces.get(event.payload.accountId)?.folders.set(event.payload.folders);
        break;
      case 'exportProgressed':
        this.exporting = event.payload;
        break;
      case 'goto':
        this.#wanted = event.payload;
        this.#follow();
        break;
      case 'linkFollowed':
        void this.#followLink();
        break;
      case 'settingsChanged':
        // The rest of it is the page's own, and may be newer here.
        this.settings.heard({ quietUntil: event.payload.settings.quietUntil });
        break;
      case 'menuChosen':
        this.#menuChosen(event.payload.command);
        break;
      case 'updateChanged':
        this.updates.set(event.payload.state);
        break;
      case 'trayChanged':
        this.hasTray = event.payload.hasTray;
        break;
      case 'closing':
        // Whatever could not be written is told nowhere any more: the window goes all the same.
        void this.flush().finally(() => this.backend.close());
        break;
      case 'lockWanted':
        void this.lock();
        break;
      case 'locked':
        this.#forget();
        break;
      case 'reload':
        void this.#reload();
        break;
    }
  }

  /** Lets this do commands that are chosen in the menu bar or the palette; returns what ends it. */
  does(doer: (command: string) => boolean): () => void {
    this.#doers.add(doer);
    return () => this.#doers.delete(doer);
  }

  /** Does a command by its name, as the menu bar does: the first that can. */
  do(command: string): void {
    for (const doer of this.#doers) if (doer(command)) return;
  }

  /** A shortcut was pressed in the page. */
  notePressed(id: ShortcutId): void {
    this.#pressed = { id, at: Date.now() };
  }

  #menuChosen(command: string): void {
    const pressed = this.#pressed;
    if (pressed?.id === command && Date.now() - pressed.at < SAME_PRESS_MS) return;
    this.do(command);
  }

  /** A new version is there: nothing happens by itself, so one is told where it can be had. */
  #tellVersion(version: string): void {
    if (this.boot.kind !== 'ready' || this.view.screen.kind !== 'main' || this.account === null) return;
    this.toast(m.update_there({ version }), {
      label: m.update_show(),
      run: () => this.view.go({ kind: 'settings', section: 'about' }),
    });
  }

  #messagesChanged({ accountId, dialogId, messages, removedIds }: MessagesChanged): void {
    const space = this.#spaces.get(accountId);
    space?.messagesChanged(dialogId, messages, removedIds);
    // Other words of a message that waits; that it comes or goes is told by itself.
    if (messages.some((message) => message.status === 'pending' || message.status === 'failed')) {
      space?.outbox.changed();
    }
  }

  /** Files of another program come, move, go, or are let go of. */
  #dragged(event: Extract<AppEvent, { type: 'filesDragged' }>['payload']): void {
    const { phase, x, y, count, dropId } = event;
    // A field of a sheet that takes pictures comes first.
    if (dragged(event)) this.drop.leave();
    else if (phase === 'leave' || this.view.covered || this.view.screen.kind !== 'main') this.drop.leave();
    else if (phase !== 'drop') this.drop.over(x, y, count);
    else {
      const place = this.drop.end(x, y);
      if (place !== null && dropId !== null) this.#dropped(place, dropId, count);
    }
  }

  /** Goes where the person wanted to go from a notification or a link, once that account is here. */
  #follow(): void {
    const wanted = this.#wanted;
    if (wanted === null || this.boot.kind !== 'ready' || this.keys.type !== 'ready') return;
    this.#wanted = null;
    const account = this.accounts.get(wanted.accountId);
    if (!account) return;
    this.#show(account);
    this.openChat(account.id, wanted.dialogId, wanted.messageId);
    if (this.view.goal) this.view.goal = { ...this.view.goal, compose: wanted.compose };
  }

  /** Puts dropped files into the tray of the chat they were dropped on, and shows it. */
  #dropped(place: DropPlace, dropId: number, count: number): void {
    const { space } = this;
    const dialogId = place.kind === 'dialog' ? place.id : this.view.dialogId;
    if (!space || dialogId === null || space.dialogs.get(dialogId)?.canWrite !== true) return;
    const tray = space.trays.of(dialogId);
    const way = place.kind === 'conversation' ? place.as : null;
    void tray.add(this.backend.stageOffered(dropId, space.accountId, dialogId), count, way);
    if (this.view.dialogId !== dialogId) {
      this.view.openDialog(dialogId);
      this.settings.update({ lastAccount: space.accountId, lastDialog: dialogId });
    }
  }

  /** Keeps what was typed and locks the app; the page begins anew then, with nothing of what it showed. */
  async lock(): Promise<void> {
    await this.flush();
    try {
      await this.backend.lock();
    } catch (error) {
      this.toast(errorSentence(error));
    }
  }

  /** The person did something. Told seldom: the lock after a time counts in minutes. */
  touched(): void {
    const now = Date.now();
    if (!this.canLock || this.keys.type !== 'ready') return;
    if (this.settings.current.lockAfterS === 0 || now - this.#touchedAt < TOUCH_MS) return;
    this.#touchedAt = now;
    this.backend.stillHere().catch((error: unknown) => {
      console.warn('that somebody is here was not noted', error);
    });
  }

  /** The first useful screen is drawn: says so once it is on the glass, and only the first time. */
  notePainted(): void {
    if (this.#painted) return;
    this.#painted = true;
    // The first frame begins with what is drawn now; with the second it has been shown.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        this.backend.painted().catch((error: unknown) => {
          console.warn('the first paint was not noted', error);
        });
      });
    });
  }

  /** Writes what is still waiting: the window is about to close. */
  async flush(): Promise<void> {
    await Promise.all([
      this.settings.flush(),
      ...[...this.#spaces.values()].map((space) => space.drafts.saveAll()),
    ]);
  }

  #show(account: Account): void {
    if (!this.#spaces.has(account.id)) {
      const { id } = account;
      const space = new Space(
        this.backend,
        account,
        () => this.accounts.get(id)?.connection.type === 'online',
      );
      this.#spaces = new Map([...this.#spaces, [account.id, space]]);
      void space.dialogs.load();
      void space.folders.load();
    }
    this.view.accountId = account.id;
  }

  #accountsChanged(accounts: Account[]): void {
    this.accounts.set(accounts);
    const here = new Set(accounts.map((account) => account.id));
    if ([...this.#spaces.keys()].some((id) => !here.has(id))) {
      this.#spaces = new Map([...this.#spaces].filter(([id]) => here.has(id)));
    }
    if (this.view.accountId === null || here.has(this.view.accountId)) return;
    // The listed account was signed out: the next one, or the beginning.
    const next = accounts[0];
    if (next) this.enter(next);
    else {
      this.view.accountId = null;
      this.view.dialogId = null;
      this.view.go({ kind: 'firstRun' });
    }
  }

  async #reload(): Promise<void> {
    try {
      const snapshot = await this.backend.bootstrap();
      this.keys = snapshot.keys;
      this.#accountsChanged(snapshot.accounts);
      await Promise.all([...this.#spaces.values()].map((space) => space.reload()));
    } catch (error) {
      this.boot = { kind: 'failed', error: toIpcError(error) };
    }
  }
}
