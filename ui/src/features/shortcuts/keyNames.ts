// What stands on the keys, in the language of the page and as each system writes it.
import { m } from '~/i18n';
import { partsOf, type Chord } from '~/lib/chord';

/** Signs that Macs have on their keys, and arrows, which all have. */
const MAC: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };
const SIGNS: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Plus: '+',
};

/** The keys of a chord, each as it is written on the keyboard. */
export function keyNames(chord: Chord, mac: boolean): string[] {
  return partsOf(chord).map((part) => keyName(part, mac));
}

/** The chord in one line, for tooltips and menus. */
export function chordWords(chord: Chord, mac: boolean): string {
  return keyNames(chord, mac).join(' ');
}

export function keyName(part: string, mac: boolean): string {
  const sign = (mac ? MAC[part] : undefined) ?? SIGNS[part];
  if (sign !== undefined) return sign;
  switch (part) {
    case 'Mod':
    case 'Ctrl':
      return m.key_ctrl();
    case 'Shift':
      return m.key_shift();
    case 'Enter':
      return m.key_enter();
    case 'Delete':
      return m.key_delete();
    case 'Home':
      return m.key_home();
    case 'End':
      return m.key_end();
    case 'PageUp':
      return m.key_page_up();
    case 'PageDown':
      return m.key_page_down();
    case 'Space':
      return m.key_space();
    case 'Escape':
      return 'Esc';
    case 'ContextMenu':
      return m.key_menu();
    default:
      return part;
  }
}
