// What can be done with one message, handed down from the conversation to its bubbles.
import type { Message, UserId } from '~/ipc/bindings.gen';

export interface MessageActions {
  retry: (message: Message) => void;
  /** Takes an unsent message back into the composer. */
  edit: (message: Message) => void;
  discard: (message: Message) => void;
  copy: (message: Message) => void;
  info: (message: Message) => void;
  /** Shows who wrote it. */
  person: (userId: UserId) => void;
  /** Opens the menu of a message at its bubble. */
  menu: (message: Message, bubble: HTMLElement) => void;
}
