// The backend of the real window: the generated commands, and one channel for everything the engine says.
import { Channel } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import { toIpcError } from './backend';
import { commands } from './bindings.gen';
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

/** A command answers with one of two; a rejection (the bridge itself failed) becomes an internal error. */
type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: IpcError };

/** Carries the typed error through a rejected promise. */
export class BackendError extends Error {
  readonly kind: IpcError['kind'];

  constructor(error: IpcError) {
    super(error.kind);
    this.kind = error.kind;
    Object.assign(this, error);
  }
}

async function open<T>(answer: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await answer;
  } catch (error) {
    throw new BackendError(toIpcError(error));
  }
  if (result.status === 'error') throw new BackendError(result.error);
  return result.data;
}

async function done(answer: Promise<Answer<null>>): Promise<void> {
  await open(answer);
}

export class TauriBackend implements Backend {
  subscribe(onEvent: (event: AppEvent) => void): Promise<void> {
    const channel = new Channel<AppEvent>();
    channel.onmessage = onEvent;
    return done(commands.subscribe(channel));
  }

  bootstrap(): Promise<Bootstrap> {
    return open(commands.bootstrap());
  }

  createKeys(choice: KeyChoice): Promise<void> {
    return done(commands.createKeys(choice));
  }

  unlock(passphrase: string): Promise<void> {
    return done(commands.unlock(passphrase));
  }

  saveSettings(settings: Settings): Promise<void> {
    return done(commands.saveSettings(settings));
  }

  signUp(target: Target, request: SignUp): Promise<Account> {
    return open(commands.signUp(target, request));
  }

  signIn(target: Target, identity: Identity): Promise<Account> {
    return open(commands.signIn(target, identity));
  }

  signOut(accountId: AccountId, erase: boolean): Promise<void> {
    return done(commands.signOut(accountId, erase));
  }

  dialogs(accountId: AccountId, after: string | null, limit: number): Promise<DialogPage> {
    return open(commands.dialogs(accountId, after, limit));
  }

  dialog(accountId: AccountId, dialogId: DialogId): Promise<Dialog | null> {
    return open(commands.dialog(accountId, dialogId));
  }

  messages(accountId: AccountId, dialogId: DialogId, anchor: Anchor, limit: number): Promise<MessagePage> {
    return open(commands.messages(accountId, dialogId, anchor, limit));
  }

  sendText(accountId: AccountId, dialogId: DialogId, text: string): Promise<MessageId> {
    return open(commands.sendText(accountId, dialogId, text));
  }

  retry(accountId: AccountId, messageId: MessageId): Promise<void> {
    return done(commands.retry(accountId, messageId));
  }

  discardUnsent(accountId: AccountId, messageId: MessageId): Promise<string | null> {
    return open(commands.discardUnsent(accountId, messageId));
  }

  markRead(accountId: AccountId, dialogId: DialogId, upTo: MessageId): Promise<void> {
    return done(commands.markRead(accountId, dialogId, upTo));
  }

  setTyping(accountId: AccountId, dialogId: DialogId, typing: boolean): Promise<void> {
    return done(commands.setTyping(accountId, dialogId, typing));
  }

  saveDraft(accountId: AccountId, dialogId: DialogId, text: string): Promise<void> {
    return done(commands.saveDraft(accountId, dialogId, text));
  }

  users(accountId: AccountId, ids: UserId[]): Promise<User[]> {
    return open(commands.users(accountId, ids));
  }

  searchPeople(accountId: AccountId, query: string): Promise<User[]> {
    return open(commands.searchPeople(accountId, query));
  }

  createPrivate(accountId: AccountId, userId: UserId): Promise<DialogId> {
    return open(commands.createPrivate(accountId, userId));
  }

  createGroup(accountId: AccountId, name: string, userIds: UserId[]): Promise<DialogId> {
    return open(commands.createGroup(accountId, name, userIds));
  }

  connectNow(accountId: AccountId): Promise<void> {
    return done(commands.connectNow(accountId));
  }

  openLink(url: string): Promise<void> {
    return done(commands.openLink(url));
  }

  painted(): Promise<void> {
    return done(commands.painted());
  }

  close(): Promise<void> {
    return done(commands.close());
  }
}
