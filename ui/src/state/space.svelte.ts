// Owns everything of one account: chats, people and what they do, blocks, drafts and the chat that is open.
import type { Backend } from '~/ipc/backend';
import type {
  Account,
  AccountId,
  AttachmentChange,
  Dialog,
  DialogId,
  Message,
  MessageId,
  NewMessage,
  Reacted,
  Recipient,
  TakenBack,
  UserId,
} from '~/ipc/bindings.gen';
import { Blocks } from './blocks.svelte';
import { Dialogs } from './dialogs.svelte';
import { Drafts } from './drafts.svelte';
import { Folders } from './folders.svelte';
import type { MessageFollower } from './messageFollower';
import { MessageWindow } from './messages.svelte';
import { OutboxStore } from './outbox.svelte';
import { Presence } from './presence.svelte';
import { Recorder } from './recorder.svelte';
import { Trays } from './tray.svelte';
import { Typing } from './typing.svelte';
import { Users } from './users.svelte';

export class Space {
  readonly accountId: AccountId;
  readonly me: UserId;
  readonly dialogs: Dialogs;
  readonly users: Users;
  readonly typing = new Typing();
  readonly presence: Presence;
  readonly blocks: Blocks;
  readonly drafts: Drafts;
  readonly folders: Folders;
  readonly outbox: OutboxStore;
  readonly trays: Trays;
  readonly recorder: Recorder;
  /** The chat on the screen; events for others only change the list. */
  #open: MessageWindow | null = null;
  /** What shows messages beside it. */
  readonly #followers = new Set<MessageFollower>();
  /** Which message the open chat shows, for a reload around it; null follows the newest. */
  lookingAt: () => MessageId | null = () => null;

  constructor(
    private readonly backend: Backend,
    account: Account,
    /** Whether the account has a connection; reactive. */
    connected: () => boolean = () => true,
  ) {
    this.accountId = account.id;
    this.me = account.userId;
    this.dialogs = new Dialogs(backend, account.id);
    this.users = new Users(backend, account.id);
    this.drafts = new Drafts(backend, account.id);
    this.folders = new Folders(backend, account.id);
    this.outbox = new OutboxStore(backend, account.id);
    this.trays = new Trays(backend, account.id);
    this.recorder = new Recorder(backend, account.id);
    this.presence = new Presence(backend, account.id, account.userId, connected);
    this.blocks = new Blocks(backend, account.id);
  }

  /** Opens a chat; its window takes events until it is closed. */
  open(dialog: Dialog): MessageWindow {
    const window = new MessageWindow(this.backend, this.accountId, dialog.id, this.me);
    this.#open = window;
    void window.open(dialog.firstUnreadId, dialog.unread);
    return window;
  }

  close(window: MessageWindow): void {
    window.close();
    if (this.#open === window) {
      this.#open = null;
      this.lookingAt = () => null;
    }
    void this.drafts.save(window.dialogId);
  }

  windowOf(dialogId: DialogId): MessageWindow | null {
    return this.#open?.dialogId === dialogId ? this.#open : null;
  }

  /** Tells this of the messages of its chat until what is given back is called. */
  follow(follower: MessageFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Everything that shows messages of a chat learns how they are now. */
  messagesChanged(dialogId: DialogId, messages: Message[], removedIds: MessageId[]): void {
    this.windowOf(dialogId)?.apply(messages, removedIds);
    for (const follower of this.#followers)
      if (follower.dialogId === dialogId) follower.messagesChanged(messages, removedIds);
  }

  /** The same for files that came, went or are on their way. */
  filesChanged(dialogId: DialogId, changes: readonly AttachmentChange[]): void {
    this.windowOf(dialogId)?.filesChanged(changes);
    for (const follower of this.#followers)
      if (follower.dialogId === dialogId) follower.filesChanged(changes);
  }

  /** The reader of events lagged: everything shown is loaded again. */
  async reload(): Promise<void> {
    this.typing.clear();
    this.users.reload();
    this.presence.reload();
    this.blocks.reload();
    this.outbox.changed();
    await Promise.all([this.dialogs.load(), this.folders.load(), this.#open?.reload(this.lookingAt())]);
  }

  // The calls of the open chat, with the account filled in.

  send(dialogId: DialogId, message: NewMessage): Promise<MessageId> {
    return this.backend.sendMessage(this.accountId, dialogId, message);
  }

  edit(messageId: MessageId, text: string): Promise<void> {
    return this.backend.editMessage(this.accountId, messageId, text);
  }

  deleteMessages(dialogId: DialogId, ids: MessageId[], forEveryone: boolean): Promise<void> {
    return this.backend.deleteMessages(this.accountId, dialogId, ids, forEveryone);
  }

  react(messageId: MessageId, emoji: string, on: boolean): Promise<void> {
    return this.backend.react(this.accountId, messageId, emoji, on);
  }

  reactionsOf(messageId: MessageId): Promise<Reacted[]> {
    return this.backend.reactionsOf(this.accountId, messageId);
  }

  forward(ids: MessageId[], dialogIds: DialogId[], comment: string | null): Promise<void> {
    return this.backend.forwardMessages(this.accountId, ids, dialogIds, comment);
  }

  retry(messageId: MessageId): Promise<void> {
    return this.backend.retry(this.accountId, messageId);
  }

  retryAll(): Promise<void> {
    return this.backend.retryAll(this.accountId);
  }

  reschedule(messageId: MessageId, at: number): Promise<void> {
    return this.backend.reschedule(this.accountId, messageId, at);
  }

  discardUnsent(messageId: MessageId): Promise<Message | null> {
    return this.backend.discardUnsent(this.accountId, messageId);
  }

  /** Drops a message that was not sent; its files are chosen again for its chat. Null when it was sent after all. */
  async takeBack(messageId: MessageId): Promise<TakenBack | null> {
    const taken = await this.backend.takeBack(this.accountId, messageId);
    if (taken !== null && taken.message.attachments.length > 0) {
      await this.trays.of(taken.message.dialogId).bringBack();
    }
    return taken;
  }

  /** Queues a message that was dropped once more, as it was. */
  sendAgain(dialogId: DialogId, dropped: Message): Promise<MessageId> {
    return this.send(dialogId, {
      text: dropped.text,
      replyTo: dropped.reply?.messageId ?? null,
      mentions: dropped.mentions,
      silent: dropped.silent,
      previewOf: dropped.preview?.url ?? null,
      fields: dropped.fields,
      attachments: [],
      sendAt: dropped.hold?.type === 'scheduled' ? dropped.hold.payload.at : null,
    });
  }

  recipients(messageId: MessageId): Promise<Recipient[]> {
    return this.backend.recipients(this.accountId, messageId);
  }

  markRead(dialogId: DialogId, upTo: MessageId): Promise<void> {
    return this.backend.markRead(this.accountId, dialogId, upTo);
  }

  setTyping(dialogId: DialogId, typing: boolean): Promise<void> {
    return this.backend.setTyping(this.accountId, dialogId, typing);
  }
}
