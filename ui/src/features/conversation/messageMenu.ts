// The rows of a message's menu: what can be done with it, by what it is, who wrote it and how far it came.
import ArrowDownToLine from '@lucide/svelte/icons/arrow-down-to-line';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleUser from '@lucide/svelte/icons/circle-user';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import Copy from '@lucide/svelte/icons/copy';
import ExternalLink from '@lucide/svelte/icons/external-link';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Flag from '@lucide/svelte/icons/flag';
import Forward from '@lucide/svelte/icons/forward';
import Info from '@lucide/svelte/icons/info';
import Link from '@lucide/svelte/icons/link';
import Link2 from '@lucide/svelte/icons/link-2';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import Play from '@lucide/svelte/icons/play';
import Reply from '@lucide/svelte/icons/reply';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { MenuItem } from '~/components/menuItem';
import { m } from '~/i18n';
import type { Attachment, Dialog, Message, UserId } from '~/ipc/bindings.gen';
import type { ShortcutId } from '~/state/shortcuts.svelte';
import { canRetry } from './failure';
import { canDeleteForAll, canEdit, isOut } from './rights';

/** What a row of the menu does. */
export type MessageCommand =
  | 'retry'
  | 'pause'
  | 'resume'
  | 'react'
  | 'reply'
  | 'forward'
  | 'save'
  | 'open'
  | 'copy'
  | 'copyLink'
  | 'edit'
  | 'select'
  | 'copyMessageLink'
  | 'info'
  | 'person'
  | 'report'
  | 'discard'
  | 'deleteFile'
  | 'delete'
  | 'deleteAll';

/** What the rows depend on beside the message. */
export interface MenuSurroundings {
  dialog: Pick<Dialog, 'kind' | 'role' | 'canWrite'>;
  me: UserId;
  /** Whether the pointer is on a link. */
  onLink: boolean;
  /** The attachment that the pointer is on, by its place; null where it is beside them all. */
  onAttachment: number | null;
  /** The keys that do the same for the message that has the focus. */
  keys: (id: ShortcutId) => string | undefined;
  /** The arrow that opens the last message of mine for a change. */
  editKey: string;
}

export type MessageMenuItem = MenuItem & { id: MessageCommand };

/** The rows in their order; a line is drawn where the group changes. */
export function messageMenu(
  message: Message,
  { dialog, me, onLink, onAttachment, keys, editKey }: MenuSurroundings,
): MessageMenuItem[] {
  const mine = message.senderId === me;
  const failed = mine && message.status === 'failed';
  const out = isOut(message);
  const file = attachmentOf(message, onAttachment);
  const way = message.attachments.map((each) => each.file?.type);
  const goesOut = way.includes('uploading') || way.includes('waiting');
  const menu: (MessageMenuItem | false)[] = [
    failed && canRetry(message.failure) && { id: 'retry', label: m.conversation_retry(), icon: RotateCw },
    mine && goesOut && { id: 'pause', label: m.conversation_pause_files(), icon: Pause },
    mine && way.includes('paused') && { id: 'resume', label: m.conversation_resume_files(), icon: Play },
    out && { id: 'react', label: m.conversation_react(), icon: SmilePlus, shortcut: keys('react') },
    out &&
      dialog.canWrite && {
        id: 'reply',
        label: m.conversation_reply(),
        icon: Reply,
        shortcut: keys('reply'),
      },
    out && { id: 'forward', label: m.conversation_forward(), icon: Forward, shortcut: keys('forward') },
    file?.file?.type === 'here' && { id: 'save', label: m.viewer_save(), icon: ArrowDownToLine },
    file?.file?.type === 'here' && { id: 'open', label: m.viewer_open(), icon: ExternalLink },
    !message.deleted &&
      message.text !== '' && {
        id: 'copy',
        label: m.conversation_copy(),
        icon: Copy,
        shortcut: keys('copy'),
      },
    onLink && { id: 'copyLink', label: m.conversation_copy_link(), icon: Link },
    (failed || (canEdit(message, me) && dialog.canWrite)) && {
      id: 'edit',
      label: m.conversation_edit(),
      icon: Pencil,
      shortcut: failed ? undefined : editKey,
    },
    out && { id: 'select', label: m.conversation_select(), icon: CircleCheck, shortcut: keys('select') },
    out && { id: 'copyMessageLink', label: m.conversation_copy_message_link(), icon: Link2 },
    { id: 'info', label: m.conversation_info(), icon: Info, shortcut: keys('info') },
    !mine && { id: 'person', label: m.details_profile(), icon: CircleUser, group: 1 },
    !mine && !message.deleted && { id: 'report', label: m.conversation_report(), icon: Flag, group: 1 },
    ...(failed
      ? [danger('discard', m.conversation_delete(), Trash2)]
      : message.status === 'pending'
        ? []
        : [
            mine &&
              out &&
              file?.file != null &&
              file.file.type !== 'deleted' &&
              danger('deleteFile', m.file_delete(), CloudOff),
            {
              id: 'delete' as const,
              label: m.conversation_delete_me(),
              icon: EyeOff,
              shortcut: keys('remove'),
              group: 2,
            },
            canDeleteForAll(message, dialog, me) && danger('deleteAll', m.conversation_delete_all(), Trash2),
          ]),
  ];
  return menu.filter((row) => row !== false);
}

/** The attachment that a menu is about: the one it was opened on, or the only one there is. */
export function attachmentOf(message: Message, onAttachment: number | null): Attachment | undefined {
  const [only] = message.attachments.length === 1 ? message.attachments : [];
  return message.attachments.find(({ index }) => index === onAttachment) ?? only;
}

/** A row that takes something away, below the last line. */
function danger(id: MessageCommand, label: string, icon: MenuItem['icon']): MessageMenuItem {
  return { id, label, icon, danger: true, group: 2 };
}
