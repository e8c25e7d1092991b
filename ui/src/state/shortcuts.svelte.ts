// Owns which keys do what: the defaults, and over them what the person chose.
import { chordOf, isCommand, partsOf, type Chord, type Press } from '~/lib/chord';
import type { SettingsStore } from './settings.svelte';

/** Where a shortcut counts: anywhere in the window, or while a message has the focus. */
export type ShortcutPlace = 'window' | 'message';

const DEFAULTS = {
  palette: { place: 'window', chord: 'Mod+K' },
  searchChat: { place: 'window', chord: 'Mod+F' },
  settings: { place: 'window', chord: 'Mod+,' },
  shortcuts: { place: 'window', chord: 'Mod+/' },
  outbox: { place: 'window', chord: 'Mod+Shift+O' },
  lock: { place: 'window', chord: 'Mod+L' },
  zoomIn: { place: 'window', chord: 'Mod+=' },
  zoomOut: { place: 'window', chord: 'Mod+-' },
  zoomReset: { place: 'window', chord: 'Mod+0' },
  newChat: { place: 'window', chord: 'Mod+N' },
  newGroup: { place: 'window', chord: 'Mod+Shift+N' },
  nextChat: { place: 'window', chord: 'Alt+ArrowDown' },
  previousChat: { place: 'window', chord: 'Alt+ArrowUp' },
  nextUnread: { place: 'window', chord: 'Alt+Shift+ArrowDown' },
  previousUnread: { place: 'window', chord: 'Alt+Shift+ArrowUp' },
  details: { place: 'window', chord: 'Mod+I' },
  attach: { place: 'window', chord: 'Mod+U' },
  emoji: { place: 'window', chord: 'Mod+E' },
  reply: { place: 'message', chord: 'R' },
  react: { place: 'message', chord: 'E' },
  forward: { place: 'message', chord: 'F' },
  copy: { place: 'message', chord: 'Mod+C' },
  select: { place: 'message', chord: 'S' },
  info: { place: 'message', chord: 'Mod+I' },
  remove: { place: 'message', chord: 'Delete' },
} as const satisfies Record<string, { place: ShortcutPlace; chord: Chord }>;

export type ShortcutId = keyof typeof DEFAULTS;

export const SHORTCUT_IDS = Object.keys(DEFAULTS) as ShortcutId[];

/** Signs that stand on one key with another: nobody thinks of Shift where a program says “Ctrl +”. */
const SAME_KEY = new Map<Chord, Chord>([
  ['Mod+Plus', 'Mod+='],
  ['Mod+_', 'Mod+-'],
]);

/** What a press means beside what its keys write. */
function sameKey(chord: Chord, code: string): Chord | undefined {
  // The zero of the number pad writes something else while Num Lock is off.
  return chord === 'Mod+Insert' && code === 'Numpad0' ? 'Mod+0' : SAME_KEY.get(chord);
}

/** Keys by which one gets around; nothing would be reachable without them. */
const NAVIGATION = new Set(['Tab', 'Escape', 'Enter', 'Space', 'ContextMenu', 'Backspace']);
const WALKING = new Set([
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

/** What fields do everywhere; then what input methods and their systems take before the window sees it. */
const TAKEN = new Set<Chord>([
  ...['Mod+A', 'Mod+V', 'Mod+X', 'Mod+Z', 'Mod+Y', 'Mod+Shift+Z', 'Mod+Shift+V', 'Mod+B', 'Mod+Enter'],
  ...['Mod+ArrowLeft', 'Mod+ArrowRight', 'Mod+Shift+ArrowLeft', 'Mod+Shift+ArrowRight', 'Mod+Tab', 'Alt+Tab'],
  ...['Mod+Space', 'Mod+Shift+Space', 'Alt+Space', 'Mod+Shift+U', 'Mod+.', 'Mod+;', 'Alt+F4', 'Shift+F10'],
]);

/** Why keys cannot be used for a shortcut. */
export type Refusal =
  /** They would be written, or are how one walks about. */
  | { why: 'writes' }
  /** Fields, input methods or the system have them. */
  | { why: 'taken' }
  /** Another shortcut has them. */
  | { why: 'clash'; with: ShortcutId };

export class Shortcuts {
  constructor(
    private readonly settings: SettingsStore,
    private readonly isMac: () => boolean,
  ) {}

  get mac(): boolean {
    return this.isMac();
  }

  /** The keys of a shortcut; null when the person wants none. */
  chord(id: ShortcutId): Chord | null {
    const own = this.settings.current.shortcuts[id];
    return own === undefined ? DEFAULTS[id].chord : own;
  }

  isOwn(id: ShortcutId): boolean {
    return this.chord(id) !== DEFAULTS[id].chord;
  }

  get anyOwn(): boolean {
    return SHORTCUT_IDS.some((id) => this.isOwn(id));
  }

  /** The shortcut that a key press means; never while something is being composed. */
  match(press: Press, place: ShortcutPlace): ShortcutId | null {
    const chord = chordOf(press, this.mac);
    if (chord === null) return null;
    const same = sameKey(chord, press.code);
    return this.#holder(chord, place) ?? (same === undefined ? null : this.#holder(same, place));
  }

  /** Whether a shortcut may have these keys, and what is in the way. */
  refusal(id: ShortcutId, chord: Chord): Refusal | null {
    const { place } = DEFAULTS[id];
    const key = partsOf(chord).at(-1) ?? '';
    if (chord.includes('Meta+')) return { why: 'taken' };
    if (place === 'window' ? !isCommand(chord) : this.#leads(chord, key)) return { why: 'writes' };
    if (TAKEN.has(chord) || NAVIGATION.has(key)) return { why: 'taken' };
    // A copy of the field's own: only where no field has the focus.
    if (chord === 'Mod+C' && place === 'window') return { why: 'taken' };
    const holder = this.#holder(chord, place);
    return holder === null || holder === id ? null : { why: 'clash', with: holder };
  }

  /** Gives a shortcut these keys, taking them from whichever has them; null for none. */
  set(id: ShortcutId, chord: Chord | null): void {
    const next = { ...this.settings.current.shortcuts };
    const holder = chord === null ? null : this.#holder(chord, DEFAULTS[id].place);
    if (holder !== null && holder !== id) next[holder] = null;
    next[id] = chord;
    this.#keep(next);
  }

  /** The keys it came with; whichever has got them meanwhile gives them back. */
  reset(id: ShortcutId): void {
    this.set(id, DEFAULTS[id].chord);
  }

  resetAll(): void {
    this.settings.update({ shortcuts: {} });
  }

  /** Only what differs is kept, so that better defaults of a later version reach who never chose. */
  #keep(chosen: Record<string, Chord | null>): void {
    const shortcuts = Object.fromEntries(
      Object.entries(chosen).filter(
        ([id, chord]) => !(id in DEFAULTS) || DEFAULTS[id as ShortcutId].chord !== chord,
      ),
    );
    this.settings.update({ shortcuts });
  }

  #holder(chord: Chord, place: ShortcutPlace): ShortcutId | null {
    return SHORTCUT_IDS.find((id) => DEFAULTS[id].place === place && this.chord(id) === chord) ?? null;
  }

  /** Plain keys by which one walks through messages. */
  #leads(chord: Chord, key: string): boolean {
    return WALKING.has(key) && !isCommand(chord);
  }
}
