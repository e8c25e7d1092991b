// The words of a quote in one line: what the original says, or what hangs on it where it says nothing.
import { previewWords } from '~/features/attachments/attachmentWords';
import { m } from '~/i18n';
import type { Quote } from '~/ipc/bindings.gen';
import { plainWords } from './formats';

export function quoteWords({ text, attachment }: Quote): string {
  if (text.trim() !== '') return plainWords(text);
  return attachment === null ? m.conversation_quote_attachment() : previewWords(attachment);
}
