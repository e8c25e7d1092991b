// "@" in the composer: which word is being completed, who fits it, and whom a finished text names.
import type { UserId } from '~/ipc/bindings.gen';

export interface Person {
  id: UserId;
  name: string;
}

/** As many as stand above the field without covering what is being answered. */
const MOST = 6;
/** A name has few words; a longer run after the sign is no name. */
const MOST_WORDS = 3;

/** The "@…" that ends at the caret; null when none is being written. */
export function mentionAt(text: string, caret: number): { from: number; query: string } | null {
  const at = text.lastIndexOf('@', caret - 1);
  if (at < 0 || /[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ')) return null;
  const query = text.slice(at + 1, caret);
  if (/[\n@]|^\s|\s\s/u.test(query) || query.split(' ').length > MOST_WORDS) return null;
  return { from: at, query };
}

function folded(words: string): string {
  return words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Those with a word that begins like the query, or the whole name does; by name. */
export function fitting(people: readonly Person[], query: string): Person[] {
  const wanted = folded(query);
  const fits = (name: string): boolean => {
    const own = folded(name);
    return own.startsWith(wanted) || own.split(/\s+/u).some((word) => word.startsWith(wanted));
  };
  return people
    .filter(({ name }) => name !== '' && fits(name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST);
}

/** Everyone whose name stands behind an "@". A longer name takes its place from a shorter one it begins with. */
export function mentionedIn(text: string, people: readonly Person[]): UserId[] {
  const found: UserId[] = [];
  const known = people.filter(({ name }) => name !== '').sort((a, b) => b.name.length - a.name.length);
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ')) continue;
    const who = known.find(
      ({ name }) => text.startsWith(name, at + 1) && !/[\p{L}\p{N}]/u.test(text[at + 1 + name.length] ?? ' '),
    );
    if (who && !found.includes(who.id)) found.push(who.id);
  }
  return found;
}
