// What may be done with a message, by who wrote it, how far it came and what I am in the chat.
import type { Dialog, Message, UserId } from '~/ipc/bindings.gen';

type Parts = Pick<Message, 'status' | 'deleted' | 'system' | 'senderId'>;
type Worded = Parts & Pick<Message, 'text' | 'attachments'>;

/** Whether the server has it and there is something left of it. */
export function isOut(message: Parts): boolean {
  return (
    message.status !== 'pending' && message.status !== 'failed' && !message.deleted && message.system === null
  );
}

/** Only its author changes a text; a picture without words has none to change. */
export function canEdit(message: Worded, me: UserId): boolean {
  return (
    isOut(message) && message.senderId === me && (message.text !== '' || message.attachments.length === 0)
  );
}

/** The author everywhere; in chats of several people also those who run them. */
export function canDeleteForAll(message: Parts, dialog: Pick<Dialog, 'kind' | 'role'>, me: UserId): boolean {
  if (!isOut(message)) return false;
  return message.senderId === me || (dialog.kind !== 'private' && dialog.role !== 'occupant');
}
