// Whether and why nothing can be written in a chat, and what would change that.
import { isMember } from '~/features/details/rights';
import type { Block, Dialog, UserId } from '~/ipc/bindings.gen';

export type Closed =
  /** The other person and I reach one another no more; whom I block one way I can still write to. */
  | { kind: 'blocked'; userId: UserId }
  /** Only the owner and the admins write here. */
  | { kind: 'readOnly' }
  /** A public chat that I am not subscribed to. */
  | { kind: 'outside' }
  /** I was taken out of the group. */
  | { kind: 'notMember' };

/** null where the composer stands. */
export function closedBecause(
  dialog: Pick<Dialog, 'kind' | 'canWrite' | 'opponentId' | 'occupantIds' | 'role' | 'ownerId'>,
  me: UserId,
  block: Block | undefined,
): Closed | null {
  if (dialog.kind === 'private') {
    if (block?.mutual === true && dialog.opponentId !== null) {
      return { kind: 'blocked', userId: dialog.opponentId };
    }
    return null;
  }
  if (!isMember(dialog, me)) return { kind: 'notMember' };
  if (dialog.canWrite) return null;
  if (dialog.kind === 'broadcast') return { kind: 'readOnly' };
  return dialog.kind === 'public' ? { kind: 'outside' } : { kind: 'notMember' };
}
