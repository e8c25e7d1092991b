// Which people the new-chat sheet offers, and in which order. Pure; the sheet fills it from the stores.
import type { Dialog, User, UserId } from '~/ipc/bindings.gen';

export interface Section {
  kind: 'known' | 'everyone';
  people: User[];
}

/** A person of a private chat whose name may not have been loaded yet: the chat's own name stands in. */
export function knownPeople(
  dialogs: readonly Dialog[],
  userOf: (id: UserId) => User | undefined,
  me: UserId,
): User[] {
  const people = new Map<UserId, User>();
  for (const dialog of dialogs) {
    const id = dialog.opponentId;
    if (dialog.kind !== 'private' || id === null || id === me || people.has(id)) continue;
    people.set(
      id,
      userOf(id) ?? {
        id,
        name: dialog.name,
        login: null,
        email: null,
        phone: null,
        website: null,
        avatar: dialog.photo,
      },
    );
  }
  return [...people.values()];
}

/** Accents and capitals do not matter: “jose” finds José. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** Every word of the query begins a word of the name or of the login. */
export function matches(person: User, query: string): boolean {
  const words = plain(`${person.name} ${person.login ?? ''}`).split(/[\s._@-]+/u);
  return plain(query)
    .split(/[\s._@-]+/u)
    .filter((wanted) => wanted !== '')
    .every((wanted) => words.some((word) => word.startsWith(wanted)));
}

/** The sections to draw: people one writes to first, then what the server found beside them. */
export function sections(
  known: readonly User[],
  found: readonly User[],
  query: string,
  me: UserId,
): Section[] {
  // The server may find by what is not in the name, an e-mail address for instance.
  const answered = new Set(found.map((person) => person.id));
  const mine = known.filter((person) => matches(person, query) || answered.has(person.id));
  const shown = new Set([me, ...mine.map((person) => person.id)]);
  const others: User[] = [];
  for (const person of found) {
    if (shown.has(person.id)) continue;
    shown.add(person.id);
    others.push(person);
  }
  const all: Section[] = [
    { kind: 'known', people: mine },
    { kind: 'everyone', people: others },
  ];
  return all.filter((section) => section.people.length > 0);
}
