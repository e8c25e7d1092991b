// Reads the marks of plain text: *bold*, _italic_, ~strike~, `code`, ```block```, "> quote" at the start of a line, web
// addresses and the names of people who are mentioned. The result is data that a component draws as nodes; nothing of
// it is ever markup, and a text without marks costs one look.
import type { UserId } from '~/ipc/bindings.gen';
import { pieces } from '~/lib/links';

export interface Named {
  id: UserId;
  name: string;
}

export type Style = 'bold' | 'italic' | 'strike';

/** A link as it is drawn, and where it leads. */
export interface WebLink {
  text: string;
  href: string;
}

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; userId: UserId }
  | { kind: 'code'; text: string }
  | { kind: Style; parts: Inline[] };

export type Block =
  { kind: 'words'; parts: Inline[] } | { kind: 'quote'; parts: Inline[] } | { kind: 'code'; text: string };

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };
const MARKED = /[*_~`@]|^>/mu;
const FENCE = /```([^]+?)```/gu;
const WORD = /[\p{L}\p{N}]/u;

/** The blocks of a text, top to bottom. */
export function blocks(text: string, people: readonly Named[] = []): Block[] {
  if (!MARKED.test(text)) return text === '' ? [] : [{ kind: 'words', parts: plain(text) }];
  const found: Block[] = [];
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    const code = (match[1] ?? '').replace(/^\n|\n$/gu, '');
    if (code.trim() === '') continue;
    // The line breaks around a block are its own: it stands on lines of its own anyway.
    lines(text.slice(from, match.index).replace(/\n$/u, ''), people, found);
    found.push({ kind: 'code', text: code });
    from = match.index + match[0].length;
    if (text[from] === '\n') from += 1;
  }
  lines(text.slice(from), people, found);
  return found;
}

/** Words without marks. */
function plain(text: string): Inline[] {
  return pieces(text).map((piece) =>
    piece.kind === 'text' ? piece : { kind: 'link', text: piece.shown, href: piece.href },
  );
}

/** The plain words, for labels and one-line previews: marks gone, lines joined. */
export function plainWords(text: string): string {
  const words = (parts: readonly Inline[]): string =>
    parts.map((part) => ('parts' in part ? words(part.parts) : part.text)).join('');
  return blocks(text)
    .map((block) => (block.kind === 'code' ? block.text : words(block.parts)))
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The pages a text links to, in order; what stands in code links nowhere. */
export function webLinks(text: string): WebLink[] {
  // Most texts have none; see `pieces`.
  if (!/[.:]\S/.test(text)) return [];
  const found: WebLink[] = [];
  const look = (parts: readonly Inline[]): void => {
    for (const part of parts) {
      if ('parts' in part) look(part.parts);
      else if (part.kind === 'link' && /^https?:/u.test(part.href)) found.push(part);
    }
  };
  for (const block of blocks(text)) if (block.kind !== 'code') look(block.parts);
  return found;
}

/** Runs of quoted lines and of other lines. */
function lines(text: string, people: readonly Named[], found: Block[]): void {
  if (text === '') return;
  let run: string[] = [];
  let quoted = false;
  const close = (): void => {
    if (run.length > 0)
      found.push({ kind: quoted ? 'quote' : 'words', parts: inline(run.join('\n'), people) });
    run = [];
  };
  for (const line of text.split('\n')) {
    const quote = /^>(?: (?=.)|$)/u.exec(line);
    if ((quote !== null) !== quoted) close();
    quoted = quote !== null;
    run.push(quote === null ? line : line.slice(quote[0].length));
  }
  close();
}

/** Characters, and at some of their places something that is drawn whole. */
interface Flat {
  chars: string;
  atoms: Map<number, Inline>;
}

function inline(text: string, people: readonly Named[]): Inline[] {
  const flat: Flat = { chars: '', atoms: new Map() };
  let from = 0;
  for (const match of text.matchAll(/(?<!`)`([^`\n]*[^`\s][^`\n]*)`(?!`)/gu)) {
    named(text.slice(from, match.index), people, flat);
    put(flat, { kind: 'code', text: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  named(text.slice(from), people, flat);
  return styled(flat, 0, flat.chars.length, '');
}

function put(flat: Flat, atom: Inline): void {
  // Any letter does: what stands for an atom takes part in no mark.
  flat.atoms.set(flat.chars.length, atom);
  flat.chars += 'x';
}

/** Finds "@Name" of those who are mentioned, the longest name first. */
function named(text: string, people: readonly Named[], flat: Flat): void {
  const known = people.filter(({ name }) => name !== '').sort((a, b) => b.name.length - a.name.length);
  let from = 0;
  if (known.length > 0) {
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      if (at < from || WORD.test(text[at - 1] ?? ' ')) continue;
      const who = known.find(
        ({ name }) => text.startsWith(name, at + 1) && !WORD.test(text[at + 1 + name.length] ?? ' '),
      );
      if (!who) continue;
      addresses(text.slice(from, at), flat);
      put(flat, { kind: 'mention', text: `@${who.name}`, userId: who.id });
      from = at + 1 + who.name.length;
    }
  }
  addresses(text.slice(from), flat);
}

function addresses(text: string, flat: Flat): void {
  let carried = '';
  for (const piece of pieces(text)) {
    if (piece.kind === 'text') {
      flat.chars += carried + piece.text;
      carried = '';
      continue;
    }
    // A mark that was opened before the address closes behind it; it is no part of the address.
    const opened = /[*_~]+$/u.exec(flat.chars)?.[0] ?? '';
    const closing = opened === '' ? '' : (/[*_~]+$/u.exec(piece.text)?.[0] ?? '');
    const without = (words: string): string =>
      closing !== '' && words.endsWith(closing) ? words.slice(0, -closing.length) : words;
    put(flat, { kind: 'link', text: without(piece.shown), href: without(piece.href) });
    carried = closing;
  }
  flat.chars += carried;
}

/** Finds pairs of marks; a style inside itself has no meaning, so that nesting is at most three deep. */
function styled(flat: Flat, from: number, to: number, within: string): Inline[] {
  const found: Inline[] = [];
  /** Marks without a partner from here on: nobody looks for it again. */
  let alone = '';
  let begin = from;
  const unmarked = (end: number): void => {
    for (let at = begin; at < end; at += 1) {
      const atom = flat.atoms.get(at);
      if (atom) {
        found.push(atom);
        continue;
      }
      let stop = at + 1;
      while (stop < end && !flat.atoms.has(stop)) stop += 1;
      found.push({ kind: 'text', text: flat.chars.slice(at, stop) });
      at = stop - 1;
    }
  };
  for (let at = from; at < to; at += 1) {
    const mark = flat.chars[at] ?? '';
    const style = STYLES[mark];
    if (style === undefined || within.includes(mark) || alone.includes(mark) || !opens(flat, at, to))
      continue;
    const end = closing(flat, at, to, mark);
    if (end < 0) {
      alone += mark;
      continue;
    }
    unmarked(at);
    found.push({ kind: style, parts: styled(flat, at + 1, end, within + mark) });
    begin = end + 1;
    at = end;
  }
  unmarked(to);
  return found;
}

function opens(flat: Flat, at: number, to: number): boolean {
  const before = flat.chars[at - 1] ?? ' ';
  const after = at + 1 < to ? (flat.chars[at + 1] ?? ' ') : ' ';
  return !WORD.test(before) && !/\s/u.test(after) && after !== flat.chars[at];
}

/** Where the pair of the mark at `at` ends; on the same line. */
function closing(flat: Flat, at: number, to: number, mark: string): number {
  for (let end = at + 1; end < to; end += 1) {
    const char = flat.chars[end];
    if (char === '\n') return -1;
    if (char !== mark || end === at + 1) continue;
    if (/\s/u.test(flat.chars[end - 1] ?? ' ')) continue;
    if (!WORD.test(flat.chars[end + 1] ?? ' ') || flat.atoms.has(end + 1)) return end;
  }
  return -1;
}
