// The fake commands of the chat list: pages, making, changing and deleting chats, with the rules of who may.
import type { Backend } from '../backend';
import type { Dialog, DialogEdit, DialogId, Field, PictureChange, SystemLine } from '../bindings.gen';
import { ME, personOf } from './cast';
import type { Memory } from './memory';
import { keepPicture } from './pictures';
import { emptyDialog, makeId } from './world';

type DialogCommands = Pick<
  Backend,
  | 'dialogs'
  | 'dialog'
  | 'createPrivate'
  | 'createDialog'
  | 'updateDialog'
  | 'leaveDialog'
  | 'deleteDialogs'
  | 'clearHistory'
>;

const NAME_LIMIT = 200;
const FIELD_LIMIT = 3;

/** Pinned ones in their order, then by last activity, newest first. */
function compare(a: Dialog, b: Dialog): number {
  return (a.pinned ?? Infinity) - (b.pinned ?? Infinity) || b.lastActivity - a.lastActivity;
}

export function dialogCommands(memory: Memory): DialogCommands {
  const { world } = memory;

  const checkName = (name: string): void => {
    const message =
      name.trim() === ''
        ? "can't be blank"
        : name.length > NAME_LIMIT
          ? `is too long (maximum is ${String(NAME_LIMIT)} characters)`
          : undefined;
    if (message !== undefined) memory.fail({ kind: 'validation', fields: [{ field: 'name', message }] });
  };

  const checkFields = (fields: Field[]): void => {
    if (fields.length > FIELD_LIMIT) memory.fail({ kind: 'tooMany', limit: FIELD_LIMIT });
  };

  const create = (parts: Pick<Dialog, 'kind' | 'name' | 'occupantIds'> & Partial<Dialog>): DialogId => {
    const now = Date.now();
    const id = makeId(now);
    world.messages.set(id, []);
    world.dialogs.set(id, emptyDialog(id, { lastActivity: now, ...parts }));
    memory.patch(id, {});
    return id;
  };

  const photoAfter = (dialog: Dialog, change: PictureChange | null): string | null => {
    if (change === null) return dialog.photo;
    return change.type === 'remove' ? null : keepPicture(memory, change.payload);
  };

  const tellEdit = (dialog: Dialog, edit: DialogEdit): void => {
    const lines: SystemLine[] = [];
    if (edit.name !== null && edit.name !== dialog.name) {
      lines.push({ type: 'renamed', payload: { name: edit.name } });
    }
    if (edit.photo !== null) lines.push({ type: 'photoChanged' });
    if (edit.description !== null) lines.push({ type: 'descriptionChanged' });
    if (edit.fields !== null) lines.push({ type: 'fieldsChanged' });
    for (const line of lines) memory.tell(dialog.id, ME, line);
  };

  return {
    async dialogs(_accountId, after, limit) {
      if (memory.state === 'loading') return new Promise(() => undefined);
      return memory.answer(() => {
        if (memory.state === 'failed') memory.fail({ kind: 'storage', message: 'disk I/O error' });
        const all = [...world.dialogs.values()].sort(compare);
        const from = after === null ? 0 : Number(after);
        const next = from + limit < all.length ? String(from + limit) : null;
        return { items: all.slice(from, from + limit), next };
      });
    },

    async dialog(_accountId, dialogId) {
      return memory.answer(() => world.dialogs.get(dialogId) ?? null);
    },

    async createPrivate(_accountId, userId) {
      return memory.act(['createPrivate', userId], () => {
        for (const dialog of world.dialogs.values()) if (dialog.opponentId === userId) return dialog.id;
        const user = personOf(userId) ?? memory.fail({ kind: 'notFound' });
        return create({
          kind: 'private',
          name: user.name,
          photo: user.avatar,
          occupantIds: [ME, userId],
          opponentId: userId,
        });
      });
    },

    async createDialog(_accountId, request) {
      return memory.act(['createDialog', request], () => {
        checkName(request.name);
        checkFields(request.fields);
        const id = create({
          kind: request.kind,
          name: request.name,
          description: request.description,
          photo: request.photo === null ? null : keepPicture(memory, request.photo),
          occupantIds: request.kind === 'public' ? [] : [ME, ...request.userIds],
          occupantCount: request.userIds.length + 1,
          fields: request.fields,
          allowPreview: request.allowPreview,
        });
        memory.tell(id, ME, { type: 'created' });
        return id;
      });
    },

    async updateDialog(_accountId, dialogId, edit) {
      await memory.act(['updateDialog', dialogId, edit], () => {
        const dialog = memory.dialogOf(dialogId);
        const may = dialog.kind === 'group' ? dialog.canWrite : dialog.role !== 'occupant';
        if (!may || dialog.kind === 'private') memory.fail({ kind: 'forbidden' });
        if (edit.name !== null) checkName(edit.name);
        if (edit.fields !== null) checkFields(edit.fields);
        memory.patch(dialogId, {
          name: edit.name ?? dialog.name,
          description: edit.description === '' ? null : (edit.description ?? dialog.description),
          photo: photoAfter(dialog, edit.photo),
          fields: edit.fields ?? dialog.fields,
          allowPreview: edit.allowPreview ?? dialog.allowPreview,
        });
        tellEdit(dialog, edit);
      });
    },

    async leaveDialog(_accountId, dialogId) {
      await memory.act(['leaveDialog', dialogId], () => {
        memory.remove([memory.dialogOf(dialogId).id]);
      });
    },

    async deleteDialogs(_accountId, dialogIds, forAll) {
      return memory.act(['deleteDialogs', dialogIds, forAll], () => {
        const may = (id: DialogId): boolean => {
          const dialog = world.dialogs.get(id);
          return dialog !== undefined && (!forAll || dialog.kind === 'private' || dialog.role === 'owner');
        };
        const deletedIds = dialogIds.filter(may);
        const refusedIds = dialogIds.filter((id) => !may(id));
        if (deletedIds.length > 0) memory.remove(deletedIds);
        return { deletedIds, refusedIds };
      });
    },

    async clearHistory(_accountId, dialogId) {
      await memory.act(['clearHistory', dialogId], () => {
        memory.dialogOf(dialogId);
        memory.drop(dialogId, () => true);
        memory.patch(dialogId, { unread: 0, firstUnreadId: null, markedUnread: false });
      });
    },
  };
}
