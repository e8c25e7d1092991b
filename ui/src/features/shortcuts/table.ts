// Every shortcut of the window, once: what listens for keys, what is shown in menus, tooltips and the palette, and what
// can be changed in the settings all read this table.
import { m } from '~/i18n';
import type { Chord } from '~/lib/chord';
import type { ShortcutId } from '~/state/shortcuts.svelte';

export type GroupId = 'general' | 'chats' | 'chat' | 'message' | 'writing' | 'lists';

/** What a shortcut does, in words. */
const LABELS: Record<ShortcutId, () => string> = {
  palette: () => m.shortcut_palette(),
  searchChat: () => m.search_open(),
  settings: () => m.accounts_settings(),
  shortcuts: () => m.shortcuts_title(),
  outbox: () => m.outbox_title(),
  lock: () => m.lock_now(),
  zoomIn: () => m.shortcut_zoom_in(),
  zoomOut: () => m.shortcut_zoom_out(),
  zoomReset: () => m.shortcut_zoom_reset(),
  newChat: () => m.chats_new(),
  newGroup: () => m.shell_new_group(),
  nextChat: () => m.shortcut_next_chat(),
  previousChat: () => m.shortcut_previous_chat(),
  nextUnread: () => m.shortcut_next_unread(),
  previousUnread: () => m.shortcut_previous_unread(),
  details: () => m.details_title(),
  attach: () => m.attach_button(),
  emoji: () => m.composer_emoji(),
  react: () => m.conversation_react(),
  reply: () => m.conversation_reply(),
  forward: () => m.conversation_forward(),
  copy: () => m.conversation_copy(),
  info: () => m.conversation_info(),
  select: () => m.conversation_select(),
  remove: () => m.conversation_delete(),
};

export function labelOf(id: ShortcutId): string {
  return LABELS[id]();
}

/** Shortcuts that can be changed, in groups. */
export const GROUPS: readonly { id: GroupId; title: () => string; shortcuts: readonly ShortcutId[] }[] = [
  {
    id: 'general',
    title: () => m.shortcuts_general(),
    shortcuts: [
      'palette',
      'searchChat',
      'settings',
      'shortcuts',
      'outbox',
      'lock',
      'zoomIn',
      'zoomOut',
      'zoomReset',
    ],
  },
  {
    id: 'chats',
    title: () => m.chats_list(),
    shortcuts: ['newChat', 'newGroup', 'nextChat', 'previousChat', 'nextUnread', 'previousUnread'],
  },
  { id: 'chat', title: () => m.shortcuts_chat(), shortcuts: ['details', 'attach', 'emoji'] },
  {
    id: 'message',
    title: () => m.shortcuts_message(),
    shortcuts: ['reply', 'react', 'forward', 'copy', 'select', 'info', 'remove'],
  },
];

/** Keys that are as everywhere, and stay so. */
export interface FixedShortcut {
  chords: readonly Chord[];
  label: string;
}

export function fixedGroups(sendWithEnter: boolean): { id: GroupId; title: string; rows: FixedShortcut[] }[] {
  return [
    {
      id: 'writing',
      title: m.shortcuts_writing(),
      rows: [
        { chords: [sendWithEnter ? 'Enter' : 'Shift+Enter', 'Mod+Enter'], label: m.composer_send() },
        { chords: [sendWithEnter ? 'Shift+Enter' : 'Enter'], label: m.settings_enter_breaks() },
        { chords: ['ArrowUp'], label: m.shortcut_edit_last() },
        { chords: ['Mod+B'], label: m.shortcut_bold() },
        { chords: ['Mod+I'], label: m.shortcut_italic() },
        { chords: ['Escape'], label: m.shortcut_leave() },
      ],
    },
    {
      id: 'lists',
      title: m.shortcuts_lists(),
      rows: [
        { chords: ['ArrowUp', 'ArrowDown'], label: m.shortcut_walk() },
        { chords: ['Home', 'End'], label: m.shortcut_ends() },
        { chords: ['ContextMenu', 'Shift+F10'], label: m.shortcut_menu() },
        { chords: ['Tab'], label: m.shortcut_tab() },
      ],
    },
  ];
}
