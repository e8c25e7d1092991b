// The fake commands that arrange the chat list: pins, archive, marks, mute, folders.
import type { Backend } from '../backend';
import type { Dialog, DialogId } from '../bindings.gen';
import { ACCOUNT, type Memory } from './memory';

type FolderCommands = Pick<
  Backend,
  | 'setNotifications'
  | 'muteDialog'
  | 'chooseAlerts'
  | 'pinDialogs'
  | 'archiveDialogs'
  | 'markDialogsUnread'
  | 'folders'
  | 'saveFolder'
  | 'deleteFolder'
  | 'fileDialogs'
>;

export function folderCommands(memory: Memory): FolderCommands {
  const { world } = memory;

  const each = (dialogIds: DialogId[], change: (dialog: Dialog) => Partial<Dialog>): void => {
    for (const id of dialogIds) memory.patch(id, change(memory.dialogOf(id)));
  };

  const tellFolders = (): void => {
    memory.emit({ type: 'foldersChanged', payload: { accountId: ACCOUNT, folders: world.folders } });
  };

  /** Places among the pinned without holes. */
  const renumber = (): void => {
    [...world.dialogs.values()]
      .filter((dialog) => dialog.pinned !== null)
      .sort((a, b) => (a.pinned ?? 0) - (b.pinned ?? 0))
      .forEach((dialog, place) => {
        if (dialog.pinned !== place) memory.patch(dialog.id, { pinned: place });
      });
  };

  return {
    async setNotifications(_accountId, dialogId, enabled) {
      await memory.act(['setNotifications', dialogId, enabled], () => {
        each([dialogId], () => ({ notifications: enabled }));
      });
    },

    async chooseAlerts(_accountId, dialogId, alerts) {
      await memory.act(['chooseAlerts', dialogId, alerts], () => {
        each([dialogId], () => ({ alerts }));
      });
    },

    async muteDialog(_accountId, dialogId, until) {
      await memory.act(['muteDialog', dialogId, until], () => {
        each([dialogId], () => ({ mutedUntil: until }));
      });
    },

    async pinDialogs(_accountId, dialogIds, on) {
      await memory.act(['pinDialogs', dialogIds, on], () => {
        // The newest pin stands first; the others move down.
        each(dialogIds, () => ({ pinned: on ? -1 : null }));
        renumber();
      });
    },

    async archiveDialogs(_accountId, dialogIds, on) {
      await memory.act(['archiveDialogs', dialogIds, on], () => {
        each(dialogIds, () => ({ archived: on }));
      });
    },

    async markDialogsUnread(_accountId, dialogIds, on) {
      await memory.act(['markDialogsUnread', dialogIds, on], () => {
        each(dialogIds, () =>
          on ? { markedUnread: true } : { markedUnread: false, unread: 0, firstUnreadId: null },
        );
      });
    },

    async folders() {
      return memory.answer(() => world.folders);
    },

    async saveFolder(_accountId, id, name, rule) {
      return memory.act(['saveFolder', id, name, rule], () => {
        if (name.trim() === '') memory.fail({ kind: 'invalidInput', field: 'name' });
        const old = world.folders.find((folder) => folder.id === id);
        if (id !== null && !old) memory.fail({ kind: 'notFound' });
        const next = {
          id: id ?? Math.max(0, ...world.folders.map((folder) => folder.id)) + 1,
          name,
          rule,
          place: old?.place ?? world.folders.length,
        };
        world.folders = old
          ? world.folders.map((folder) => (folder === old ? next : folder))
          : [...world.folders, next];
        tellFolders();
        return next.id;
      });
    },

    async deleteFolder(_accountId, folderId) {
      await memory.act(['deleteFolder', folderId], () => {
        world.folders = world.folders.filter((folder) => folder.id !== folderId);
        for (const dialog of world.dialogs.values()) {
          if (!dialog.folderIds.includes(folderId)) continue;
          memory.patch(dialog.id, { folderIds: dialog.folderIds.filter((id) => id !== folderId) });
        }
        tellFolders();
      });
    },

    async fileDialogs(_accountId, folderId, dialogIds, on) {
      await memory.act(['fileDialogs', folderId, dialogIds, on], () => {
        each(dialogIds, (dialog) => {
          const others = dialog.folderIds.filter((id) => id !== folderId);
          return { folderIds: on ? [...others, folderId] : others };
        });
      });
    },
  };
}
