// What can be done with a chat, as rows of a menu: the same in the list, in the header of the chat and in its details.
import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Eraser from '@lucide/svelte/icons/eraser';
import FolderClosed from '@lucide/svelte/icons/folder';
import FolderDown from '@lucide/svelte/icons/folder-down';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import LogOut from '@lucide/svelte/icons/log-out';
import MailCheck from '@lucide/svelte/icons/mail-check';
import MailPlus from '@lucide/svelte/icons/mail-plus';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Trash2 from '@lucide/svelte/icons/trash-2';
import UserX from '@lucide/svelte/icons/user-x';
import type { MenuItem } from '~/components/menuItem';
import { personItems } from '~/features/details/personMenu';
import { rightsIn } from '~/features/details/rights';
import { m } from '~/i18n';
import type { Block, Dialog, Folder } from '~/ipc/bindings.gen';
import { clockTime, dateInWords, daysBetween } from '~/lib/time';
import { hasNews } from '~/state/dialogs.svelte';
import { inFolder } from '~/state/folders.svelte';

const HOUR_MS = 60 * 60 * 1000;

/** For how long a chat can be made quiet; `null` is for good. */
export const MUTE_TIMES: readonly { id: string; ms: number | null }[] = [
  { id: 'mute-1h', ms: HOUR_MS },
  { id: 'mute-8h', ms: 8 * HOUR_MS },
  { id: 'mute-1d', ms: 24 * HOUR_MS },
  { id: 'mute-ever', ms: null },
];

function muteWord(id: string): string {
  if (id === 'mute-1h') return m.chats_mute_1h();
  if (id === 'mute-8h') return m.chats_mute_8h();
  if (id === 'mute-1d') return m.chats_mute_1d();
  return m.chats_mute_ever();
}

/** The time of today, else the day with it. */
function untilWords(until: number, now: number): string {
  if (daysBetween(now, until) === 0) return clockTime(until);
  return `${dateInWords(until, now)}, ${clockTime(until)}`;
}

/** The rows about noise: times to be quiet for, and the end of it. */
export function muteItems(dialog: Dialog, now: number): MenuItem[] {
  const until = dialog.mutedUntil;
  const quiet = until !== null && until > now;
  const items: MenuItem[] = [];
  if (quiet) {
    items.push({
      id: 'unmute',
      label: m.chats_unmute(),
      note:
        until === Number.MAX_SAFE_INTEGER ? undefined : m.chats_muted_until({ time: untilWords(until, now) }),
      icon: Bell,
    });
  }
  for (const { id } of MUTE_TIMES) items.push({ id, label: muteWord(id), group: 1 });
  return items;
}

/** The rows about folders: those that are filled by hand, and a new one. */
function folderItems(dialog: Dialog, folders: readonly Folder[]): MenuItem[] {
  const items: MenuItem[] = folders
    .filter((folder) => folder.rule.type === 'byHand')
    .map((folder) => ({
      id: `folder-${String(folder.id)}`,
      label: folder.name,
      checked: inFolder(dialog, folder),
    }));
  items.push({ id: 'folder-new', label: m.folder_new(), icon: FolderPlus, group: 1 });
  return items;
}

export interface RowMenuInput {
  dialog: Dialog;
  me: number;
  folders: readonly Folder[];
  /** Mine against the other person of a private chat. */
  block: Block | undefined;
  now: number;
  /** The menu of the open chat has no use for opening it and for choosing several. */
  place: 'list' | 'chat';
  /** Whether chats may be written to a folder. */
  exports?: boolean;
}

export function rowMenu({
  dialog,
  me,
  folders,
  block,
  now,
  place,
  exports = true,
}: RowMenuInput): MenuItem[] {
  const rights = rightsIn(dialog, me);
  const quiet = dialog.mutedUntil !== null && dialog.mutedUntil > now;
  const items: MenuItem[] = [];
  if (place === 'list') items.push({ id: 'open', label: m.chats_open(), icon: MessageSquare });
  if (!dialog.archived) {
    items.push(
      dialog.pinned === null
        ? { id: 'pin', label: m.chats_pin(), icon: Pin }
        : { id: 'unpin', label: m.chats_unpin(), icon: PinOff },
    );
  }
  items.push(
    hasNews(dialog)
      ? { id: 'read', label: m.chats_mark_read(), icon: MailCheck }
      : { id: 'unread', label: m.chats_mark_unread(), icon: MailPlus },
    { id: 'mute', label: m.chats_mute(), icon: quiet ? BellOff : Bell, items: muteItems(dialog, now) },
    dialog.archived
      ? { id: 'unarchive', label: m.chats_unarchive(), icon: ArchiveRestore }
      : { id: 'archive', label: m.chats_archive(), icon: Archive },
    { id: 'folder', label: m.chats_to_folder(), icon: FolderClosed, items: folderItems(dialog, folders) },
  );
  if (place === 'list') items.push({ id: 'select', label: m.chats_select(), icon: CircleCheck });
  if (dialog.opponentId !== null) {
    items.push(...personItems({ userId: dialog.opponentId, block }).map((item) => ({ ...item, group: 1 })));
  }
  if (exports) items.push({ id: 'export', label: m.chats_export(), icon: FolderDown, group: 2 });
  items.push({ id: 'clear', label: m.chats_clear(), icon: Eraser, group: 2 });
  if (rights.leave) {
    items.push({
      id: 'leave',
      label: dialog.kind === 'public' ? m.chats_unsubscribe() : m.chats_leave(),
      icon: LogOut,
      group: 2,
    });
  }
  if (rights.deleteForMe)
    items.push({ id: 'delete', label: m.chats_delete(), icon: Trash2, danger: true, group: 2 });
  if (rights.deleteForAll) {
    items.push({ id: 'deleteAll', label: m.chats_delete_all(), icon: UserX, danger: true, group: 2 });
  }
  return items;
}
