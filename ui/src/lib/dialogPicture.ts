// Which picture a chat has: its own photo, or in a private chat that of the other person.
import type { Dialog, User } from '~/ipc/bindings.gen';
import { dialogNumber } from './portrait';

export interface DialogPicture {
  id: number;
  name: string;
  kind: 'person' | 'group' | 'channel';
  src: string | null;
}

export function pictureOf(dialog: Dialog, opponent: User | undefined): DialogPicture {
  switch (dialog.kind) {
    case 'private':
      return {
        id: dialog.opponentId ?? dialogNumber(dialog.id),
        name: opponent?.name ?? dialog.name,
        kind: 'person',
        src: opponent?.avatar ?? dialog.photo,
      };
    case 'group':
      return { id: dialogNumber(dialog.id), name: dialog.name, kind: 'group', src: dialog.photo };
    case 'public':
    case 'broadcast':
      return { id: dialogNumber(dialog.id), name: dialog.name, kind: 'channel', src: dialog.photo };
  }
}
