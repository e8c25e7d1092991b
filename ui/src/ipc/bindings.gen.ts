// Shapes that cross the IPC border. Generated later from Rust with exactly these names (ui/src/ipc/bindings.gen.ts).
export type AccountId = string; export type UserId = number; export type DialogId = string; export type MessageId = string;
export type Millis = number; // unix milliseconds

export type ConnectionState =
  | { type: 'online' }
  | { type: 'connecting'; payload: { attempt: number; nextInMs: number | null } }
  | { type: 'offline'; payload: { reason: 'noNetwork' | 'unreachable' | 'refused' | 'certificate' | 'stopped' } }
  | { type: 'signedOut'; payload: { reason: 'person' | 'credentials' | 'replaced' } };

export type Origin = 'local' | 'cloud' | 'custom';
export interface Account { id: AccountId; userId: UserId; name: string; login: string | null; email: string | null; avatar: string | null; origin: Origin; server: string /* host, app id: shown under sign in */; connection: ConnectionState; waiting: number /* unsent messages */ }
export interface User { id: UserId; name: string; login: string | null; avatar: string | null }

export type DialogKind = 'private' | 'group' | 'public' | 'broadcast';
export type Status = 'failed' | 'pending' | 'sent' | 'delivered' | 'read';
export interface Preview { messageId: MessageId; senderId: UserId; text: string; sentAt: Millis; status: Status | null /* mine only */ }
export interface Dialog { id: DialogId; kind: DialogKind; name: string; photo: string | null; description: string | null; ownerId: UserId; occupantIds: UserId[]; opponentId: UserId | null; last: Preview | null; lastActivity: Millis; unread: number; firstUnreadId: MessageId | null; draft: string | null; unsent: boolean }
export interface DialogPage { items: Dialog[]; next: string | null }

export type FailureKind = 'refused' | 'notMember' | 'tooLarge' | 'server' | 'noAnswer';
export interface Failure { kind: FailureKind; text: string | null /* the server's words */ }
export interface Message { id: MessageId; dialogId: DialogId; senderId: UserId; text: string; sentAt: Millis; status: Status; failure: Failure | null; deliveredTo: UserId[]; readBy: UserId[] }
export type Edge = { type: 'end' } | { type: 'more' } | { type: 'gap'; payload: { reason: 'offline' | 'failed' } };
export interface MessagePage { items: Message[] /* ascending */; before: Edge; after: Edge }
export type Anchor = { type: 'newest' } | { type: 'firstUnread' } | { type: 'before'; payload: MessageId } | { type: 'after'; payload: MessageId } | { type: 'around'; payload: MessageId };

export type KeyState = { type: 'ready' } | { type: 'needsChoice' } | { type: 'locked' };   // needsChoice: no keychain here; locked: passphrase wanted
export type KeyChoice = { type: 'passphrase'; payload: string } | { type: 'keyFile' };
export type Theme = 'system' | 'light' | 'dark' | 'contrast';
export interface Settings { theme: Theme; textScale: number; sendWithEnter: boolean; keepLocalBackend: boolean; listWidth: number; lastAccount: AccountId | null; lastDialog: DialogId | null }
export interface Bootstrap { version: string; profile: string; platform: 'linux' | 'macos' | 'windows'; keys: KeyState; accounts: Account[]; settings: Settings }

export type Target =
  | { type: 'local' }
  | { type: 'cloud'; payload: { appId: number; authKey: string } }
  | { type: 'custom'; payload: { apiUrl: string; chatUrl: string; domain: string; appId: number; authKey: string; caCert: string | null /* path of a PEM file */ } };
export type Identity = { type: 'login'; payload: { login: string; password: string } } | { type: 'email'; payload: { email: string; password: string } } | { type: 'token'; payload: { token: string } };
export interface SignUp { fullName: string; login: string; password: string }

export type IpcError =
  | { kind: 'offline' } | { kind: 'unreachable'; host: string } | { kind: 'certificate'; host: string } | { kind: 'credentials' } | { kind: 'notFound' } | { kind: 'forbidden' }
  | { kind: 'validation'; fields: { field: string; message: string }[] }
  | { kind: 'rateLimited'; retryAfterMs: number } | { kind: 'server'; status: number; message: string } | { kind: 'keysLocked' } | { kind: 'wrongPassphrase' }
  | { kind: 'localBackend'; message: string } | { kind: 'invalidInput'; field: string } | { kind: 'storage'; message: string } | { kind: 'internal'; message: string };

export type AppEvent =
  | { type: 'accountsChanged'; payload: { accounts: Account[] } }
  | { type: 'connectionChanged'; payload: { accountId: AccountId; state: ConnectionState } }
  | { type: 'dialogsChanged'; payload: { accountId: AccountId; dialogs: Dialog[]; removedIds: DialogId[] } }
  | { type: 'messagesChanged'; payload: { accountId: AccountId; dialogId: DialogId; messages: Message[]; removedIds: MessageId[] } }   // idempotent upserts; position by (sentAt, id)
  | { type: 'historyChanged'; payload: { accountId: AccountId; dialogId: DialogId } }   // edges may have changed: ask again
  | { type: 'typingChanged'; payload: { accountId: AccountId; dialogId: DialogId; userIds: UserId[] } }
  | { type: 'usersChanged'; payload: { accountId: AccountId; users: User[] } }
  | { type: 'outboxChanged'; payload: { accountId: AccountId; waiting: number } }
  | { type: 'reload' };                                                          // the reader lagged: load everything shown again

import { invoke, type Channel } from '@tauri-apps/api/core';

type Result<T> = { status: 'ok'; data: T } | { status: 'error'; error: IpcError };

async function call<T>(command: string, args?: Record<string, unknown>): Promise<Result<T>> {
  try {
    return { status: 'ok', data: await invoke<T>(command, args) };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: 'error', error: error as IpcError };
  }
}

export const commands = {
  subscribe: (channel: Channel<AppEvent>) => call<null>('subscribe', { channel }),
  bootstrap: () => call<Bootstrap>('bootstrap'),
  createKeys: (choice: KeyChoice) => call<null>('create_keys', { choice }),
  unlock: (passphrase: string) => call<null>('unlock', { passphrase }),
  saveSettings: (settings: Settings) => call<null>('save_settings', { settings }),
  signUp: (target: Target, request: SignUp) => call<Account>('sign_up', { target, request }),
  signIn: (target: Target, identity: Identity) => call<Account>('sign_in', { target, identity }),
  signOut: (accountId: AccountId, erase: boolean) => call<null>('sign_out', { accountId, erase }),
  dialogs: (accountId: AccountId, after: string | null, limit: number) => call<DialogPage>('dialogs', { accountId, after, limit }),
  dialog: (accountId: AccountId, dialogId: DialogId) => call<Dialog | null>('dialog', { accountId, dialogId }),
  messages: (accountId: AccountId, dialogId: DialogId, anchor: Anchor, limit: number) => call<MessagePage>('messages', { accountId, dialogId, anchor, limit }),
  sendText: (accountId: AccountId, dialogId: DialogId, text: string) => call<MessageId>('send_text', { accountId, dialogId, text }),
  retry: (accountId: AccountId, messageId: MessageId) => call<null>('retry', { accountId, messageId }),
  discardUnsent: (accountId: AccountId, messageId: MessageId) => call<string | null>('discard_unsent', { accountId, messageId }),
  markRead: (accountId: AccountId, dialogId: DialogId, upTo: MessageId) => call<null>('mark_read', { accountId, dialogId, upTo }),
  setTyping: (accountId: AccountId, dialogId: DialogId, typing: boolean) => call<null>('set_typing', { accountId, dialogId, typing }),
  saveDraft: (accountId: AccountId, dialogId: DialogId, text: string) => call<null>('save_draft', { accountId, dialogId, text }),
  users: (accountId: AccountId, ids: UserId[]) => call<User[]>('users', { accountId, ids }),
  searchPeople: (accountId: AccountId, query: string) => call<User[]>('search_people', { accountId, query }),
  createPrivate: (accountId: AccountId, userId: UserId) => call<DialogId>('create_private', { accountId, userId }),
  createGroup: (accountId: AccountId, name: string, userIds: UserId[]) => call<DialogId>('create_group', { accountId, name, userIds }),
  connectNow: (accountId: AccountId) => call<null>('connect_now', { accountId }),
  openLink: (url: string) => call<null>('open_link', { url }),
  painted: () => call<null>('painted'),
};
