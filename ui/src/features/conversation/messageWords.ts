// The words of a message in one line: for screen readers, quotes and strips.
import { m } from '~/i18n';
import type { Message } from '~/ipc/bindings.gen';
import { plainWords } from './formats';

export function messageWords(message: Pick<Message, 'text' | 'deleted'>): string {
  return message.deleted ? m.conversation_deleted() : plainWords(message.text);
}
