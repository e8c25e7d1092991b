// Keys that are pressed together, as one text: "Mod+Shift+K". Mod is the key of commands: ⌘ on a Mac, Ctrl elsewhere.
//
// A chord names what the keys write, not where they are, so that it is right on every layout. Where a layout writes no
// Latin letters (Ukrainian, Arabic) the place of the key counts: Ctrl and the key that says K on the keycap stay Ctrl K.

/** In the order they are written: "Mod+Ctrl+Alt+Shift+Key". */
export type Chord = string;

/** What there is to know of a key press; a `KeyboardEvent` is one. */
export interface Press {
  key: string;
  code: string;
  keyCode: number;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  getModifierState: (key: string) => boolean;
}

/** What an input method sends for a key it took for itself, where it does not say that it is composing. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Keys that only change what others mean. */
const MODIFIERS = new Set([
  'Control',
  'Meta',
  'Alt',
  'AltGraph',
  'Shift',
  'CapsLock',
  'NumLock',
  'ScrollLock',
  'Fn',
  'FnLock',
  'Hyper',
  'Super',
  'Symbol',
  'SymbolLock',
]);

/** Keys that mean nothing yet: half of an accent, or not known to the engine. */
const UNFINISHED = new Set(['Dead', 'Process', 'Unidentified', '']);

/** Whether an input method has the key: what it writes is not finished, and no command may come of it. */
export function isComposing(press: Pick<Press, 'isComposing' | 'keyCode'>): boolean {
  return press.isComposing || press.keyCode === TAKEN_BY_INPUT_METHOD;
}

/** The chord of a key press; null while only modifiers are down, while something is composed, and for AltGr. */
export function chordOf(press: Press, mac: boolean): Chord | null {
  if (isComposing(press) || MODIFIERS.has(press.key) || UNFINISHED.has(press.key)) return null;
  // AltGr writes; on Windows it also says that Ctrl and Alt are down.
  if (press.getModifierState('AltGraph')) return null;
  const key = keyOf(press, mac);
  if (key === null) return null;
  // A sign that is written with Shift is another sign already; a letter or a digit is not.
  const shifts = press.shiftKey && (key.length > 1 || /^[A-Z0-9]$/.test(key));
  return joined(press, mac, shifts, key);
}

/** The modifiers that are down, for showing them while a chord is being pressed. */
export function modifiersOf(press: Press, mac: boolean): readonly string[] {
  const parts = joined(press, mac, press.shiftKey, '').split('+');
  return parts.filter((part) => part !== '');
}

function joined(press: Press, mac: boolean, shifts: boolean, key: string): Chord {
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push('Mod');
  if (mac ? press.ctrlKey : press.metaKey) parts.push(mac ? 'Ctrl' : 'Meta');
  if (press.altKey) parts.push('Alt');
  if (shifts) parts.push('Shift');
  // "+" is a key as well as what stands between keys.
  parts.push(key === '+' ? 'Plus' : key);
  return parts.join('+');
}

function keyOf(press: Press, mac: boolean): string | null {
  const { key } = press;
  if (key === ' ') return 'Space';
  if (Array.from(key).length > 1) return key;
  // On a Mac, Option turns letters into signs.
  const written = mac && press.altKey ? '' : key;
  if (/^[\u0021-\u007e]$/.test(written)) return written.toUpperCase();
  const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(press.code)?.[1];
  if (place !== undefined) return place;
  return written === '' ? null : written.toUpperCase();
}

/** The keys of a chord, one after the other. */
export function partsOf(chord: Chord): readonly string[] {
  return chord.split('+');
}

/** Whether the chord can be told from writing: it has a modifier beside Shift, or is a key that writes nothing. */
export function isCommand(chord: Chord): boolean {
  const parts = partsOf(chord);
  return (
    parts.some((part) => part === 'Mod' || part === 'Ctrl' || part === 'Alt') ||
    /^F\d+$/.test(parts.at(-1) ?? '')
  );
}

/** The chord as `aria-keyshortcuts` wants it. */
export function ariaChord(chord: Chord, mac: boolean): string {
  return partsOf(chord)
    .map((part) => (part === 'Mod' ? (mac ? 'Meta' : 'Control') : part === 'Ctrl' ? 'Control' : part))
    .join('+');
}
