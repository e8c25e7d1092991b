// Shortcuts as they are shown beside what they do.
import { ariaChord } from '~/lib/chord';
import type { App } from '~/state/app.svelte';
import type { ShortcutId } from '~/state/shortcuts.svelte';
import { chordWords } from './keyNames';

/** The keys in one line; null when the person wants none. */
export function shortcutWords({ shortcuts }: Pick<App, 'shortcuts'>, id: ShortcutId): string | null {
  const chord = shortcuts.chord(id);
  return chord === null ? null : chordWords(chord, shortcuts.mac);
}

/** A name with the keys that do the same, for tooltips. */
export function withShortcut(app: Pick<App, 'shortcuts'>, name: string, id: ShortcutId): string {
  const keys = shortcutWords(app, id);
  return keys === null ? name : `${name} (${keys})`;
}

/** The keys for `aria-keyshortcuts`. */
export function shortcutForAria({ shortcuts }: Pick<App, 'shortcuts'>, id: ShortcutId): string | undefined {
  const chord = shortcuts.chord(id);
  return chord === null ? undefined : ariaChord(chord, shortcuts.mac);
}
