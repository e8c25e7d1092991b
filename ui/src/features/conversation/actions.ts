// What can be done with one message, handed down from the conversation to its bubbles.
import type { AttachmentActions } from '~/features/attachments/attachmentActions';
import type { Message, MessageId, UserId } from '~/ipc/bindings.gen';

export interface MessageActions {
  retry: (message: Message) => void;
  /** Takes an unsent message back into the composer, or opens a sent one of mine for a change. */
  edit: (message: Message) => void;
  discard: (message: Message) => void;
  copy: (message: Message) => void;
  info: (message: Message) => void;
  /** Shows who wrote it. */
  person: (userId: UserId) => void;
  /** Opens the menu of a message at its bubble; `on` is what the pointer or the focus is on, such as a link in it. */
  menu: (message: Message, bubble: HTMLElement, on?: EventTarget | null) => void;

  /** What can be done with what hangs on a message. */
  attachments: AttachmentActions;

  // Absent where a chat is only looked into from outside.

  /** Goes to the message with this id. */
  jump?: (id: MessageId) => void;
  /** Puts a reaction of mine, or takes it back. */
  react?: (message: Message, emoji: string, on: boolean) => void;
  /** Opens the choice of reactions. */
  reactions?: (message: Message, anchor: HTMLElement) => void;
  reply?: (message: Message) => void;
  /** Takes a message back into the composer that is about to be sent. */
  undo?: (message: Message) => void;
  forward?: (message: Message) => void;
  /** Takes a message into the selection, or out of it. */
  select?: (message: Message) => void;
  /** Asks before it deletes, for me or for everyone. */
  remove?: (message: Message) => void;
}
