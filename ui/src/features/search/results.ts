// What a search offers, as one list of options in groups: what the arrows walk through and Enter takes.
import type { Component } from 'svelte';
import type { Dialog, SearchHit, User } from '~/ipc/bindings.gen';
import type { Chip } from './filters';

/** Something that is done rather than opened. */
export interface Command {
  id: string;
  label: string;
  icon: Component;
  /** Words that find it beside its label. */
  words: string;
  shortcut?: string;
  run: () => void;
}

export type Option =
  | { kind: 'filter'; chip: Chip }
  | { kind: 'chat'; dialog: Dialog }
  | { kind: 'person'; user: User }
  | { kind: 'hit'; hit: SearchHit }
  | { kind: 'command'; command: Command }
  /** Asks for more, or again. */
  | { kind: 'step'; id: string; label: string; run: () => void };

export interface Group {
  id: string;
  title: string;
  /** At the end of its title, such as how many there are. */
  note?: string;
  options: readonly Option[];
  /** Instead of options, or after them: why there are none. */
  line?: string;
  /** Rows are on their way. */
  loading?: boolean;
}

/** The same for an option that is still the same after an answer came. */
export function optionKey(option: Option): string {
  switch (option.kind) {
    case 'filter':
      return `filter-${option.chip.kind}-${
        option.chip.kind === 'from'
          ? String(option.chip.userId)
          : option.chip.kind === 'in'
            ? option.chip.dialogId
            : option.chip.kind === 'has'
              ? option.chip.has
              : String(option.chip.at)
      }`;
    case 'chat':
      return `chat-${option.dialog.id}`;
    case 'person':
      return `person-${String(option.user.id)}`;
    case 'hit':
      return `hit-${option.hit.message.id}`;
    case 'command':
      return `command-${option.command.id}`;
    case 'step':
      return `step-${option.id}`;
  }
}

/** The key of the option `by` steps away, around the ends; the first or last one when none is active. */
export function step(groups: readonly Group[], active: string | null, by: number): string | null {
  const keys = groups.flatMap((group) => group.options.map(optionKey));
  if (keys.length === 0) return null;
  const at = active === null ? -1 : keys.indexOf(active);
  if (at < 0) return (by > 0 ? keys[0] : keys.at(-1)) ?? null;
  return keys[(at + by + keys.length) % keys.length] ?? null;
}

export function optionAt(groups: readonly Group[], key: string | null): Option | null {
  for (const group of groups) {
    const found = group.options.find((option) => optionKey(option) === key);
    if (found) return found;
  }
  return null;
}

/** A part of a name, and whether it is what was typed. */
export interface NamePart {
  text: string;
  hit: boolean;
}

/** A name with the beginnings of its words that were typed, without case and accents. */
export function nameParts(name: string, query: string, fold: (text: string) => string): NamePart[] {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  const parts: NamePart[] = [];
  for (const piece of name.split(/([\s,.\-_/]+)/u)) {
    if (piece === '') continue;
    const word = words.filter((each) => fold(piece).startsWith(each)).sort((a, b) => b.length - a.length)[0];
    // Folding may shorten a word (an accent of its own); then the whole of it is marked.
    const length = word === undefined ? 0 : fold(piece).length === piece.length ? word.length : piece.length;
    if (length > 0) parts.push({ text: piece.slice(0, length), hit: true });
    if (length < piece.length) parts.push({ text: piece.slice(length), hit: false });
  }
  return parts;
}
