// The filters of a search as people type them: from:NAME, in:CHAT, has:file|image|link|location, before:DATE, after:DATE.
// A filter that is taken becomes a chip before the words; what is still being typed is completed by suggestions.
import { beginsWords } from '~/features/chats/filter';
import { m } from '~/i18n';
import type { Dialog, DialogId, Has, SearchQuery, UserId } from '~/ipc/bindings.gen';
import { dateInWords } from '~/lib/time';

export type Chip =
  | { kind: 'from'; userId: UserId; name: string }
  | { kind: 'in'; dialogId: DialogId; name: string }
  | { kind: 'has'; has: Has }
  /** The start of a day, unix milliseconds. `before` ends with the day before it, `after` begins with it. */
  | { kind: 'before' | 'after'; at: number };

export type FilterKind = Chip['kind'];

export const FILTERS: readonly FilterKind[] = ['from', 'in', 'has', 'before', 'after'];
const HAS: readonly Has[] = ['file', 'image', 'link', 'location'];

/** More rows than these are narrowed by another letter. */
const MOST = 6;

/** A filter at the end of the words that is not taken yet. */
export interface Typed {
  kind: FilterKind;
  value: string;
  /** The words before it. */
  rest: string;
}

/** What can be suggested: whom and which chats there are. */
export interface Known {
  people: readonly { id: UserId; name: string; login: string | null }[];
  dialogs: readonly Dialog[];
  me: UserId;
  now: number;
}

/** The same for chips that say the same. */
export function chipKey(chip: Chip): string {
  switch (chip.kind) {
    case 'from':
      return `from-${String(chip.userId)}`;
    case 'in':
      return `in-${chip.dialogId}`;
    case 'has':
      return `has-${chip.has}`;
    case 'before':
    case 'after':
      return chip.kind;
  }
}

/** What stands on a chip, after the word for its kind. */
export function chipValue(chip: Chip, now: number): string {
  switch (chip.kind) {
    case 'from':
    case 'in':
      return chip.name;
    case 'has':
      return hasName(chip.has);
    case 'before':
    case 'after':
      return dateInWords(chip.at, now);
  }
}

export function hasName(has: Has): string {
  switch (has) {
    case 'file':
      return m.search_has_file();
    case 'image':
      return m.search_has_image();
    case 'link':
      return m.search_has_link();
    case 'location':
      return m.search_has_location();
  }
}

export function filterName(kind: FilterKind): string {
  switch (kind) {
    case 'from':
      return m.search_filter_from();
    case 'in':
      return m.search_filter_in();
    case 'has':
      return m.search_filter_has();
    case 'before':
      return m.search_filter_before();
    case 'after':
      return m.search_filter_after();
  }
}

/** The filter that is being typed at the end of the words. Names have spaces, so it goes on to the end. */
export function typedFilter(text: string): Typed | null {
  const found = /(?:^|\s)(from|in|has|before|after):([^:]*)$/iu.exec(text);
  if (!found) return null;
  return {
    kind: (found[1] ?? '').toLowerCase() as FilterKind,
    value: (found[2] ?? '').trimStart(),
    rest: text.slice(0, found.index).trimEnd(),
  };
}

/** What the filter that is being typed can become, the likeliest first. */
export function suggestions(typed: Typed, known: Known): Chip[] {
  const value = typed.value.trim();
  switch (typed.kind) {
    case 'from': {
      const me = known.people.find((person) => person.id === known.me);
      const others = known.people.filter((person) => person.id !== known.me);
      const people = me ? [...others, { ...me, name: m.search_from_me() }] : others;
      return people
        .filter(
          (person) =>
            beginsWords(person.name, value) ||
            (person.login !== null && beginsWords(person.login, value)) ||
            (person.id === known.me && beginsWords(me?.name ?? '', value)),
        )
        .slice(0, MOST)
        .map((person) => ({ kind: 'from', userId: person.id, name: person.name }));
    }
    case 'in':
      return known.dialogs
        .filter((dialog) => beginsWords(dialog.name, value))
        .slice(0, MOST)
        .map((dialog) => ({ kind: 'in', dialogId: dialog.id, name: dialog.name }));
    case 'has':
      return HAS.filter((has) => has.startsWith(value.toLowerCase()) || beginsWords(hasName(has), value)).map(
        (has) => ({ kind: 'has', has }),
      );
    case 'before':
    case 'after': {
      const { kind } = typed;
      return days(value, known.now).map((at) => ({ kind, at }));
    }
  }
}

/**
 * The text of the field after a key: a filter whose value is finished by a space, and that can mean only one thing, is
 * taken; a name that may go on is not.
 */
export function takeFinished(text: string, known: Known): { text: string; chip: Chip } | null {
  if (!/\S\s$/u.test(text)) return null;
  const typed = typedFilter(text);
  if (!typed || typed.value.trim() === '') return null;
  const [only, second] = suggestions(typed, known);
  if (!only) return null;
  const dated = typed.kind === 'before' || typed.kind === 'after';
  if (second && !dated) return null;
  if (dated && readDay(typed.value.trim(), known.now) === null) return null;
  return { text: typed.rest === '' ? '' : `${typed.rest} `, chip: only };
}

/** The chips with one more: a second date of a kind replaces the first, the same chip twice is one. */
export function withChip(chips: readonly Chip[], chip: Chip): Chip[] {
  return [...chips.filter((each) => chipKey(each) !== chipKey(chip)), chip];
}

/** What the engine is asked. A filter that is still being typed is no word of it. */
export function queryOf(text: string, chips: readonly Chip[]): SearchQuery {
  const typed = typedFilter(text);
  const only = <Kind extends FilterKind>(kind: Kind): Extract<Chip, { kind: Kind }>[] =>
    chips.filter((chip): chip is Extract<Chip, { kind: Kind }> => chip.kind === kind);
  const dayOf = (kind: 'before' | 'after'): number | null => {
    const chip = chips.find((each) => each.kind === kind);
    return chip && 'at' in chip ? chip.at : null;
  };
  return {
    text: (typed ? typed.rest : text).replace(/\s+/gu, ' ').trim(),
    from: only('from').map((chip) => chip.userId),
    dialogIds: only('in').map((chip) => chip.dialogId),
    has: only('has').map((chip) => chip.has),
    since: dayOf('after'),
    before: dayOf('before'),
  };
}

/** Whether there is anything to look for. */
export function asksNothing(query: SearchQuery): boolean {
  return (
    query.text === '' &&
    query.from.length === 0 &&
    query.dialogIds.length === 0 &&
    query.has.length === 0 &&
    query.since === null &&
    query.before === null
  );
}

/** Days for what is typed: what it says, or else those people mean most often. */
function days(value: string, now: number): number[] {
  const said = readDay(value, now);
  if (said !== null) return [said];
  if (value !== '') return [];
  const today = new Date(now);
  const back = (years: number, months: number, back_: number): number =>
    new Date(today.getFullYear() - years, today.getMonth() - months, today.getDate() - back_).getTime();
  return [back(0, 0, 0), back(0, 0, 1), back(0, 0, 7), back(0, 1, 0), back(1, 0, 0)];
}

/** A day as people write it: 2026-11-03, 2026-11, 2026, 3.11.2026, 3.11., 3/11/2026 and today or yesterday. */
export function readDay(text: string, now: number): number | null {
  const value = text.trim().toLowerCase();
  const today = new Date(now);
  const day = (year: number, month: number, date: number): number | null => {
    const made = new Date(year, month - 1, date);
    // The calendar would make the 31st of June a day of July.
    return made.getFullYear() === year && made.getMonth() === month - 1 && made.getDate() === date
      ? made.getTime()
      : null;
  };
  if (value === 'today' || value === m.time_today().toLowerCase()) {
    return day(today.getFullYear(), today.getMonth() + 1, today.getDate());
  }
  if (value === 'yesterday' || value === m.time_yesterday().toLowerCase()) {
    return new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1).getTime();
  }
  const numbers = (pattern: RegExp): number[] | null =>
    pattern
      .exec(value)
      ?.slice(1)
      .map((part) => Number(part)) ?? null;
  const iso = numbers(/^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/u);
  if (iso) {
    const [year = 0, month, date] = iso;
    return day(
      year,
      month === undefined || Number.isNaN(month) ? 1 : month,
      date === undefined || Number.isNaN(date) ? 1 : date,
    );
  }
  const written = numbers(/^(\d{1,2})[./](\d{1,2})[./]?(\d{4})?$/u);
  if (written) {
    const [date = 0, month = 0, year] = written;
    return day(year === undefined || Number.isNaN(year) ? today.getFullYear() : year, month, date);
  }
  return null;
}
