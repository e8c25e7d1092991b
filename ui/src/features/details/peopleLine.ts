// How many people a chat has, in words: “7 people, 3 online”, “12,480 subscribers”.
import { inDigits, m } from '~/i18n';
import type { Dialog } from '~/ipc/bindings.gen';

/** `online` is how many of the others are there now, as far as it is known. */
export function peopleLine(
  dialog: Pick<Dialog, 'kind' | 'occupantCount' | 'occupantIds'>,
  online: number,
): string {
  if (dialog.kind === 'broadcast') return m.details_everyone();
  const count = Math.max(dialog.occupantCount, dialog.occupantIds.length);
  if (dialog.kind === 'public') return m.details_subscribers({ count });
  const people = m.conversation_people({ count });
  return online === 0 ? people : m.details_people_online({ people, online: inDigits(online) });
}
