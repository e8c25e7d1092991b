// The picture a person or chat has without a photo: a hue, which of the cube's three planes is
// the light one, and one or two initials. Everything follows from the id, so that the same
// person has the same colour on every machine and in every place of the window.

/** Hues in the order of the tokens `--tile-0` … `--tile-9`. */
export const HUE_COUNT = 10;

/** What the picture is drawn from. */
export interface Portrait {
  /** 0 – 9; the tile is `--tile-N`. */
  hue: number;
  /** Which of the three planes is the light one: 0, 1 or 2. */
  light: number;
}

/** FNV-1a, 32 bit, over the ASCII bytes of a decimal number. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The picture of a numeric id. Neighbouring ids differ in their last digit alone, which leaves
 * FNV's low bits close together: the extra mixing spreads them over the hues.
 */
export function portraitOf(id: number): Portrait {
  let hash = fnv1a(String(id));
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b) >>> 0;
  hash = (hash ^ (hash >>> 13)) >>> 0;
  return { hue: hash % HUE_COUNT, light: (hash >>> 8) % 3 };
}

/** A chat's number: the first 8 hex digits of its id; 0 for an id that is not hexadecimal. */
export function dialogNumber(dialogId: string): number {
  const number = Number.parseInt(dialogId.slice(0, 8), 16);
  return Number.isNaN(number) ? 0 : number;
}

/** Scripts whose letters join: two initials side by side would read as a word. */
const JOINING = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Mongolian}]/u;

/** The first letter of the first two words that have a letter, in capitals. */
export function initialsOf(name: string): string {
  const letters: string[] = [];
  for (const word of name.split(/[\s\u00a0]+/u)) {
    const letter = /\p{L}\p{M}*/u.exec(word.normalize('NFC'))?.[0];
    if (letter === undefined) continue;
    // Some capitals grow: the German ß becomes SS. One letter is what fits.
    letters.push(
      Array.from(letter.toLocaleUpperCase()).length > Array.from(letter).length
        ? letter
        : letter.toLocaleUpperCase(),
    );
    if (letters.length === 2 || JOINING.test(letter)) break;
  }
  const [first, second] = letters;
  if (first === undefined) return '';
  if (second === undefined || JOINING.test(second)) return first;
  return first + second;
}
