// The people of a chat in the order a person looks for them: the owner, the admins, then everybody by name.
import { locale } from '~/i18n';
import type { Dialog, UserId } from '~/ipc/bindings.gen';

export type Standing = 'owner' | 'admin' | 'occupant';

export function standingOf(dialog: Pick<Dialog, 'ownerId' | 'adminIds'>, userId: UserId): Standing {
  if (userId === dialog.ownerId) return 'owner';
  return dialog.adminIds.includes(userId) ? 'admin' : 'occupant';
}

const RANK: Record<Standing, number> = { owner: 0, admin: 1, occupant: 2 };

/** `nameOf` gives an empty text while a name is not loaded; those come last. */
export function inOrder(
  dialog: Pick<Dialog, 'ownerId' | 'adminIds'>,
  ids: readonly UserId[],
  nameOf: (id: UserId) => string,
): UserId[] {
  const admins = new Set(dialog.adminIds);
  const rank = (id: UserId): number =>
    id === dialog.ownerId ? RANK.owner : admins.has(id) ? RANK.admin : RANK.occupant;
  const { compare } = new Intl.Collator(locale());
  return ids
    .map((id) => ({ id, rank: rank(id), name: nameOf(id) }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        Number(a.name === '') - Number(b.name === '') ||
        compare(a.name, b.name) ||
        a.id - b.id,
    )
    .map(({ id }) => id);
}
