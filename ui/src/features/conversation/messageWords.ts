// The words of a message in one line: for screen readers, quotes and strips.
import { m } from '~/i18n';
import { attachmentWords } from '~/features/attachments/attachmentWords';
import type { Message } from '~/ipc/bindings.gen';
import { plainWords } from './formats';
import { unsupportedWords } from './unsupported';

export function messageWords(message: Pick<Message, 'text' | 'deleted' | 'fields' | 'attachments'>): string {
  if (message.deleted) return m.conversation_deleted();
  const said = [attachmentWords(message.attachments), plainWords(message.text)]
    .filter((part) => part !== '')
    .join(': ');
  return unsupportedWords(message) ?? said;
}
