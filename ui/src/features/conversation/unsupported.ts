// Messages of programs that can do what this one cannot: they have fields and no words. A sentence stands for them.
import { m } from '~/i18n';
import type { Message } from '~/ipc/bindings.gen';

type Unworded = Pick<Message, 'text' | 'deleted' | 'fields' | 'attachments'>;

const CALL = /call|meeting|conference|webrtc/iu;

/** The sentence that is drawn in place of the missing words; null for a message that has something to show. */
export function unsupportedWords(message: Unworded): string | null {
  const shows = message.text !== '' || message.attachments.length > 0;
  if (message.deleted || shows || message.fields.length === 0) return null;
  const call = message.fields.some((field) => CALL.test(field.name));
  return call ? m.conversation_unsupported_call() : m.conversation_unsupported();
}
