// The menu bar of macOS in the words of the page, with the keys of its shortcuts.
import { labelOf } from '~/features/shortcuts/table';
import { m } from '~/i18n';
import type { MenuWords } from '~/ipc/bindings.gen';
import type { ShortcutId, Shortcuts } from '~/state/shortcuts.svelte';

/** Shortcuts that stand in the bar. */
export const IN_MENU = [
  'settings',
  'lock',
  'newChat',
  'newGroup',
  'searchChat',
  'palette',
  'details',
  'outbox',
  'zoomReset',
  'zoomIn',
  'zoomOut',
  'shortcuts',
] as const satisfies readonly ShortcutId[];

/** What was chosen in the bar, if it is a shortcut. */
export function chosenShortcut(command: string): ShortcutId | null {
  return IN_MENU.find((id) => id === command) ?? null;
}

export function menuWords(shortcuts: Pick<Shortcuts, 'chord'>): MenuWords {
  return {
    file: m.menu_file(),
    edit: m.menu_edit(),
    view: m.menu_view(),
    window: m.menu_window(),
    help: m.menu_help(),
    services: m.menu_services(),
    hide: m.menu_hide(),
    hideOthers: m.menu_hide_others(),
    showAll: m.menu_show_all(),
    quit: m.menu_quit(),
    close: m.menu_close(),
    undo: m.menu_undo(),
    redo: m.menu_redo(),
    cut: m.menu_cut(),
    copy: m.menu_copy(),
    paste: m.menu_paste(),
    selectAll: m.menu_select_all(),
    fullscreen: m.menu_fullscreen(),
    minimise: m.menu_minimise(),
    fill: m.menu_fill(),
    front: m.menu_front(),
    commands: [
      { id: 'about', label: m.menu_about(), keys: null },
      ...IN_MENU.map((id) => ({ id, label: labelOf(id), keys: shortcuts.chord(id) })),
    ],
  };
}
