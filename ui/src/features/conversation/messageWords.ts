// The words of a message in one line: for screen readers, quotes and strips.
import { m } from '~/i18n';
import { attachmentWords } from '~/features/attachments/attachmentWords';
import type { Message } from '~/ipc/bindings.gen';
import { plainWords } from './formats';

export function messageWords(message: Pick<Message, 'text' | 'deleted' | 'attachments'>): string {
  if (message.deleted) return m.conversation_deleted();
  return [attachmentWords(message.attachments), plainWords(message.text)]
    .filter((part) => part !== '')
    .join(': ');
}
