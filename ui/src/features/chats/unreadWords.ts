// “3 unread messages”, made once for each count: the rules of plural cost more than the rest of a row, and a list says the
// same few numbers again and again.
import { locale, m } from '~/i18n';

/** A count beyond these is rare enough to be worded anew. */
const MOST = 500;

const known = new Map<string, string>();

export function unreadWords(count: number): string {
  const key = `${locale()} ${String(count)}`;
  let words = known.get(key);
  if (words === undefined) {
    words = m.chats_unread({ count });
    if (known.size < MOST) known.set(key, words);
  }
  return words;
}
