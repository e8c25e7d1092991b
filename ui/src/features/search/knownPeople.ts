// Who can be meant by "from:": those one has a chat with, those in one's groups, and oneself.
import type { Dialog, UserId } from '~/ipc/bindings.gen';
import type { Space } from '~/state/space.svelte';
import type { Known } from './filters';

/** More people than this are not asked for at once. */
const MOST = 500;

/**
 * The people of these chats and `more` ones, the liveliest chats first. Those whose names are not here are asked for
 * only with `ask`: opening a search must not fetch everybody.
 */
export function knownPeople(
  space: Space,
  dialogs: readonly Dialog[],
  ask: boolean,
  more: Iterable<UserId> = [],
): Known['people'] {
  const ids = new Set<UserId>([space.me, ...more]);
  const names = new Map<UserId, string>();
  for (const dialog of dialogs) {
    if (dialog.opponentId === null) for (const id of dialog.occupantIds) ids.add(id);
    else {
      ids.add(dialog.opponentId);
      // A private chat is called by the other's name.
      names.set(dialog.opponentId, dialog.name);
    }
  }
  return [...ids].slice(0, MOST).flatMap((id): Known['people'] => {
    const user = ask ? space.users.get(id) : space.users.peek(id);
    if (user) return [user];
    const name = names.get(id);
    return name === undefined ? [] : [{ id, name, login: null }];
  });
}
