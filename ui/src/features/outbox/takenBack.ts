import { m } from '~/i18n';
import type { TakenBack } from '~/ipc/bindings.gen';

/** What to say of a message that is not sent, whose files wait for the next one. */
export function takenBackWords({ lostFiles }: TakenBack): string {
  return lostFiles > 0 ? m.outbox_files_lost({ count: lostFiles }) : m.outbox_cancelled_files();
}
