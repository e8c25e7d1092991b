// Who may do what in a chat, as the platform has it. The server decides; the window only leaves out what it would refuse.
import type { Dialog, UserId } from '~/ipc/bindings.gen';

/** Admins beside the owner, at most. */
export const ADMINS_MAX = 5;

export interface Rights {
  /** Name, photo, description and fields. */
  edit: boolean;
  /** Whether people outside may look in. */
  permissions: boolean;
  addPeople: boolean;
  removePeople: boolean;
  /** Make admins and take the role away. */
  admins: boolean;
  leave: boolean;
  deleteForMe: boolean;
  deleteForAll: boolean;
}

const NONE: Rights = {
  edit: false,
  permissions: false,
  addPeople: false,
  removePeople: false,
  admins: false,
  leave: false,
  deleteForMe: false,
  deleteForAll: false,
};

type Standing = Pick<Dialog, 'kind' | 'role' | 'ownerId' | 'canWrite' | 'occupantIds'>;

/** Somebody who was taken out of a group keeps what was said, and nothing else. */
export function isMember(dialog: Standing, me: UserId): boolean {
  if (dialog.kind === 'group') return dialog.occupantIds.length === 0 || dialog.occupantIds.includes(me);
  return true;
}

export function rightsIn(dialog: Standing, me: UserId): Rights {
  const owner = dialog.role === 'owner' || dialog.ownerId === me;
  const leads = owner || dialog.role === 'admin';
  switch (dialog.kind) {
    case 'private':
      // Either of the two may take it from both.
      return { ...NONE, deleteForMe: true, deleteForAll: true };
    case 'group': {
      if (!isMember(dialog, me)) return { ...NONE, deleteForMe: true };
      return {
        edit: true,
        permissions: false,
        addPeople: true,
        removePeople: owner,
        admins: owner,
        leave: true,
        deleteForMe: true,
        deleteForAll: owner,
      };
    }
    case 'public':
      return {
        edit: leads,
        permissions: leads,
        addPeople: true,
        removePeople: owner,
        admins: owner,
        leave: true,
        deleteForMe: true,
        deleteForAll: owner,
      };
    case 'broadcast':
      // Everybody of the application has it; there is nobody to add and no way out.
      return { ...NONE, edit: leads, admins: owner, deleteForMe: true, deleteForAll: owner };
  }
}
