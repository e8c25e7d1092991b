// What can be done about a person, as rows of a menu: in the header of a private chat, in the details, beside a name.
import Ban from '@lucide/svelte/icons/ban';
import CircleUser from '@lucide/svelte/icons/circle-user';
import Flag from '@lucide/svelte/icons/flag';
import MessageSquare from '@lucide/svelte/icons/message-square';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ShieldMinus from '@lucide/svelte/icons/shield-minus';
import ShieldPlus from '@lucide/svelte/icons/shield-plus';
import UserMinus from '@lucide/svelte/icons/user-minus';
import type { MenuItem } from '~/components/menuItem';
import { m } from '~/i18n';
import type { Block, Dialog, UserId } from '~/ipc/bindings.gen';
import { ADMINS_MAX, rightsIn } from './rights';

export interface PersonMenuInput {
  userId: UserId;
  block: Block | undefined;
}

/** Profile, block and report. */
export function personItems({ block }: PersonMenuInput): MenuItem[] {
  return [
    { id: 'profile', label: m.details_profile(), icon: CircleUser },
    block
      ? { id: 'unblock', label: m.details_unblock(), icon: ShieldCheck }
      : { id: 'block', label: m.details_block(), icon: Ban },
    { id: 'report', label: m.details_report(), icon: Flag },
  ];
}

export interface OccupantMenuInput extends PersonMenuInput {
  dialog: Dialog;
  me: UserId;
}

/** The same for somebody in a group or channel, and their place in it. A sixth admin is not offered; it says why. */
export function occupantItems({ dialog, userId, me, block }: OccupantMenuInput): MenuItem[] {
  const rights = rightsIn(dialog, me);
  const items: MenuItem[] = [{ id: 'profile', label: m.details_profile(), icon: CircleUser }];
  if (userId === me) return items;
  items.push({ id: 'message', label: m.details_message(), icon: MessageSquare });
  const admin = dialog.adminIds.includes(userId);
  if (rights.admins && userId !== dialog.ownerId) {
    const full = dialog.adminIds.filter((id) => id !== dialog.ownerId).length >= ADMINS_MAX;
    items.push(
      admin
        ? { id: 'unadmin', label: m.details_unadmin(), icon: ShieldMinus, group: 1 }
        : {
            id: 'admin',
            label: m.details_make_admin(),
            note: full ? m.details_admins_full({ count: ADMINS_MAX }) : undefined,
            disabled: full,
            icon: ShieldPlus,
            group: 1,
          },
    );
  }
  if (rights.removePeople && userId !== dialog.ownerId) {
    items.push({ id: 'remove', label: m.details_remove(), icon: UserMinus, danger: true, group: 1 });
  }
  items.push(
    block
      ? { id: 'unblock', label: m.details_unblock(), icon: ShieldCheck, group: 2 }
      : { id: 'block', label: m.details_block(), icon: Ban, group: 2 },
    { id: 'report', label: m.details_report(), icon: Flag, group: 2 },
  );
  return items;
}
