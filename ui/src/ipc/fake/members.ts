// The fake commands about who is in a chat: occupants, admins, and public chats to find and join.
import type { Backend } from '../backend';
import type { Dialog, DialogId, PublicDialog, UserId } from '../bindings.gen';
import { eva, fromCrowd, kofi, ME, olena, personOf } from './cast';
import type { Memory } from './memory';
import { SMALL_TALK } from './script';
import { emptyDialog, message } from './world';

type MemberCommands = Pick<
  Backend,
  | 'occupants'
  | 'roomOccupants'
  | 'addOccupants'
  | 'removeOccupants'
  | 'addAdmins'
  | 'removeAdmins'
  | 'explore'
  | 'previewDialog'
  | 'subscribeDialog'
  | 'unsubscribeDialog'
>;

const ADMIN_LIMIT = 5;
const EXPLORE_PAGE = 20;
const PREVIEW_COUNT = 20;

export function memberCommands(memory: Memory): MemberCommands {
  const { world } = memory;

  const owned = (dialogId: DialogId): Dialog => {
    const dialog = memory.dialogOf(dialogId);
    return dialog.role === 'owner' ? dialog : memory.fail({ kind: 'forbidden' });
  };

  /** What exploring lists: the public chats I am in, and the others. */
  const everyPublic = (): PublicDialog[] => {
    const mine = [...world.dialogs.values()].filter((dialog) => dialog.kind === 'public');
    return [
      ...mine.map(({ id, name, photo, description, occupantCount, allowPreview }) => ({
        id,
        name,
        photo,
        description,
        occupantCount,
        allowPreview,
        subscribed: true,
      })),
      ...world.publicDialogs.filter((dialog) => !world.dialogs.has(dialog.id)),
    ];
  };

  return {
    async occupants(_accountId, dialogId, skip, limit) {
      return memory.answer(() => {
        const dialog = memory.dialogOf(dialogId);
        const ids = dialog.occupantIds.slice(skip, skip + limit);
        if (dialog.kind === 'private' || dialog.kind === 'group') {
          const items = ids.flatMap((id) => personOf(id) ?? []);
          return { items, more: skip + limit < dialog.occupantIds.length };
        }
        const known = [...new Set([dialog.ownerId, ...dialog.adminIds, ME])];
        const end = Math.min(skip + limit, dialog.occupantCount);
        const items = [];
        for (let index = skip; index < end; index += 1) {
          const id = known[index];
          items.push((id === undefined ? undefined : personOf(id)) ?? fromCrowd(index));
        }
        return { items, more: end < dialog.occupantCount };
      });
    },

    async roomOccupants(_accountId, dialogId) {
      return memory.answer(() => world.inRoom.get(dialogId) ?? []);
    },

    async addOccupants(_accountId, dialogId, userIds) {
      await memory.act(['addOccupants', dialogId, userIds], () => {
        const dialog = memory.dialogOf(dialogId);
        if (dialog.kind === 'private' || !dialog.canWrite) memory.fail({ kind: 'forbidden' });
        const news = userIds.filter((id) => !dialog.occupantIds.includes(id));
        memory.patch(dialogId, {
          occupantIds: dialog.kind === 'group' ? [...dialog.occupantIds, ...news] : [],
          occupantCount: dialog.occupantCount + news.length,
        });
        memory.tell(dialogId, ME, { type: 'added', payload: { userIds: news } });
      });
    },

    async removeOccupants(_accountId, dialogId, userIds) {
      await memory.act(['removeOccupants', dialogId, userIds], () => {
        const dialog = owned(dialogId);
        const rest = (ids: UserId[]): UserId[] => ids.filter((id) => !userIds.includes(id));
        memory.patch(dialogId, {
          occupantIds: rest(dialog.occupantIds),
          occupantCount: dialog.occupantCount - userIds.length,
          adminIds: rest(dialog.adminIds),
        });
        memory.tell(dialogId, ME, { type: 'removed', payload: { userIds } });
      });
    },

    async addAdmins(_accountId, dialogId, userIds) {
      await memory.act(['addAdmins', dialogId, userIds], () => {
        const adminIds = [...new Set([...owned(dialogId).adminIds, ...userIds])];
        if (adminIds.length > ADMIN_LIMIT) memory.fail({ kind: 'tooMany', limit: ADMIN_LIMIT });
        memory.patch(dialogId, { adminIds });
        memory.tell(dialogId, ME, { type: 'adminsAdded', payload: { userIds } });
      });
    },

    async removeAdmins(_accountId, dialogId, userIds) {
      await memory.act(['removeAdmins', dialogId, userIds], () => {
        const adminIds = owned(dialogId).adminIds.filter((id) => !userIds.includes(id));
        memory.patch(dialogId, { adminIds });
        memory.tell(dialogId, ME, { type: 'adminsRemoved', payload: { userIds } });
      });
    },

    async explore(_accountId, query, skip) {
      return memory.answer(() => {
        const wanted = query.trim().toLocaleLowerCase();
        const all = everyPublic().filter((dialog) => dialog.name.toLocaleLowerCase().includes(wanted));
        return { items: all.slice(skip, skip + EXPLORE_PAGE), more: skip + EXPLORE_PAGE < all.length };
      });
    },

    async previewDialog(_accountId, dialogId) {
      return memory.answer(() => {
        const found = everyPublic().find((dialog) => dialog.id === dialogId);
        if (!found) return memory.fail({ kind: 'notFound' });
        if (!found.allowPreview) return memory.fail({ kind: 'forbidden' });
        const kept = memory.messagesOf(dialogId);
        if (kept.length > 0) return kept.slice(-PREVIEW_COUNT);
        const now = Date.now();
        const writers = [olena, kofi, eva];
        return Array.from({ length: PREVIEW_COUNT }, (_, index) => {
          const text = SMALL_TALK[(index * 5) % SMALL_TALK.length] ?? '';
          const sentAt = now - (PREVIEW_COUNT - index) * 540_000;
          return message(dialogId, writers[index % writers.length] ?? olena, text, sentAt, 'delivered');
        });
      });
    },

    async subscribeDialog(_accountId, dialogId) {
      await memory.act(['subscribeDialog', dialogId], () => {
        const found = world.publicDialogs.find((dialog) => dialog.id === dialogId);
        if (!found) return memory.fail({ kind: 'notFound' });
        world.messages.set(dialogId, []);
        world.dialogs.set(
          dialogId,
          emptyDialog(dialogId, {
            kind: 'public',
            name: found.name,
            photo: found.photo,
            description: found.description,
            ownerId: olena,
            occupantIds: [],
            occupantCount: found.occupantCount + 1,
            allowPreview: found.allowPreview,
            lastActivity: Date.now(),
          }),
        );
        memory.patch(dialogId, {});
      });
    },

    async unsubscribeDialog(_accountId, dialogId) {
      await memory.act(['unsubscribeDialog', dialogId], () => {
        memory.remove([memory.dialogOf(dialogId).id]);
      });
    },
  };
}
