// The words of a system line: who did what in a chat, as pieces of which the names are drawn heavier.
import { locale, m } from '~/i18n';
import type { Message, SystemLine, UserId } from '~/ipc/bindings.gen';

export interface Piece {
  text: string;
  /** Somebody's or something's name. */
  name: boolean;
}

/** A name inside a sentence: isolated, because it may run the other way. */
const ISOLATE = '\u2068';
const END = '\u2069';
const NAMED = /\u2068([^\u2069]*)\u2069/gu;

/** More names than these are counted. */
const NAMES_MOST = 4;

function isolated(name: string): string {
  return `${ISOLATE}${name.replaceAll(/[\u2066-\u2069]/gu, '')}${END}`;
}

export interface SystemWords {
  me: UserId;
  nameOf: (id: UserId) => string;
}

function listOf(ids: readonly UserId[], { me, nameOf }: SystemWords): string {
  // Oneself first, as one would say it.
  const ordered = ids.includes(me) ? [me, ...ids.filter((id) => id !== me)] : [...ids];
  const shown = ordered.length > NAMES_MOST ? ordered.slice(0, NAMES_MOST - 1) : ordered;
  const names = shown.map((id) => (id === me ? m.system_you() : isolated(nameOf(id))));
  if (shown.length < ordered.length) names.push(m.system_others({ count: ordered.length - shown.length }));
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(names);
}

/** The sentence with its names marked. One of mine has its own: no language puts “You” where a name stands. */
function sentence(line: SystemLine, senderId: UserId, words: SystemWords): string {
  const mine = senderId === words.me;
  const who = mine ? '' : isolated(words.nameOf(senderId));
  switch (line.type) {
    case 'created':
      return mine ? m.system_created_mine() : m.system_created({ who });
    case 'added': {
      const people = listOf(line.payload.userIds, words);
      return mine ? m.system_added_mine({ people }) : m.system_added({ who, people });
    }
    case 'removed': {
      const people = listOf(line.payload.userIds, words);
      return mine ? m.system_removed_mine({ people }) : m.system_removed({ who, people });
    }
    case 'left':
      return mine ? m.system_left_mine() : m.system_left({ who });
    case 'renamed': {
      const name = isolated(line.payload.name);
      return mine ? m.system_renamed_mine({ name }) : m.system_renamed({ who, name });
    }
    case 'photoChanged':
      return mine ? m.system_photo_mine() : m.system_photo({ who });
    case 'descriptionChanged':
      return mine ? m.system_description_mine() : m.system_description({ who });
    case 'fieldsChanged':
      return mine ? m.system_fields_mine() : m.system_fields({ who });
    case 'adminsAdded': {
      const people = listOf(line.payload.userIds, words);
      return mine ? m.system_admins_added_mine({ people }) : m.system_admins_added({ who, people });
    }
    case 'adminsRemoved': {
      const people = listOf(line.payload.userIds, words);
      return mine ? m.system_admins_removed_mine({ people }) : m.system_admins_removed({ who, people });
    }
    // Only others call: what this person does elsewhere leaves no line.
    case 'called':
      return line.payload.video ? m.system_called_video({ who }) : m.system_called({ who });
  }
}

/** What is drawn; nothing for a message that somebody wrote. */
export function systemPieces(message: Message, words: SystemWords): Piece[] {
  if (message.system === null) return [];
  const text = sentence(message.system, message.senderId, words);
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(NAMED)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), name: false });
    pieces.push({ text: match[1] ?? '', name: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), name: false });
  return pieces;
}

/** The same as plain words, for what is spoken. */
export function systemText(message: Message, words: SystemWords): string {
  return systemPieces(message, words)
    .map((piece) => piece.text)
    .join('');
}
