// Who is writing, in one line.
import { m } from '~/i18n';

/** In a private chat the name is plain already; in others one person is named and more are counted. */
export function typingLine(names: readonly string[], several: boolean): string {
  const [first] = names;
  if (first === undefined) return '';
  if (!several) return m.conversation_typing();
  if (names.length === 1) return m.conversation_typing_name({ name: first });
  return m.conversation_typing_many({ count: names.length });
}
