// The border between the window and everything else: one interface, two implementations (tauri.ts, fake.ts).
// Every method rejects with an `IpcError`; screens switch on its `kind` and pick words from the catalogue.
import type {
  Account,
  AccountId,
  Anchor,
  AppEvent,
  Bootstrap,
  Dialog,
  DialogId,
  DialogPage,
  Identity,
  IpcError,
  KeyChoice,
  MessageId,
  MessagePage,
  Settings,
  SignUp,
  Target,
  User,
  UserId,
} from './bindings.gen';

export interface Backend {
  /** Opens the one ordered stream of events. Called first, so that nothing falls between it and the snapshot. */
  subscribe(onEvent: (event: AppEvent) => void): Promise<void>;
  bootstrap(): Promise<Bootstrap>;
  createKeys(choice: KeyChoice): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  saveSettings(settings: Settings): Promise<void>;
  signUp(target: Target, request: SignUp): Promise<Account>;
  signIn(target: Target, identity: Identity): Promise<Account>;
  signOut(accountId: AccountId, erase: boolean): Promise<void>;
  dialogs(accountId: AccountId, after: string | null, limit: number): Promise<DialogPage>;
  dialog(accountId: AccountId, dialogId: DialogId): Promise<Dialog | null>;
  messages(accountId: AccountId, dialogId: DialogId, anchor: Anchor, limit: number): Promise<MessagePage>;
  /** Resolves once the intent is on disk; the bubble itself arrives as an event. */
  sendText(accountId: AccountId, dialogId: DialogId, text: string): Promise<MessageId>;
  retry(accountId: AccountId, messageId: MessageId): Promise<void>;
  /** Gives the text back, so that it can be edited. */
  discardUnsent(accountId: AccountId, messageId: MessageId): Promise<string | null>;
  markRead(accountId: AccountId, dialogId: DialogId, upTo: MessageId): Promise<void>;
  setTyping(accountId: AccountId, dialogId: DialogId, typing: boolean): Promise<void>;
  saveDraft(accountId: AccountId, dialogId: DialogId, text: string): Promise<void>;
  users(accountId: AccountId, ids: UserId[]): Promise<User[]>;
  searchPeople(accountId: AccountId, query: string): Promise<User[]>;
  createPrivate(accountId: AccountId, userId: UserId): Promise<DialogId>;
  createGroup(accountId: AccountId, name: string, userIds: UserId[]): Promise<DialogId>;
  connectNow(accountId: AccountId): Promise<void>;
  /** Web addresses only; checked again on the other side. */
  openLink(url: string): Promise<void>;
  /** Says that the list is on the screen, for the start-up figure. */
  painted(): Promise<void>;
  /** Everything typed is kept; the window may go. Asked for by the `closing` event. */
  close(): Promise<void>;
}

/** Tells an error of this border from a defect in the page. */
export function isIpcError(value: unknown): value is IpcError {
  return (
    typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string'
  );
}

/** What a screen shows when something rejected: our typed error, or an internal one made from anything else. */
export function toIpcError(value: unknown): IpcError {
  if (isIpcError(value)) return value;
  return { kind: 'internal', message: value instanceof Error ? value.message : String(value) };
}
