// The state of a message as a word, for screen readers and the information about it.
import { m } from '~/i18n';
import type { Status } from '~/ipc/bindings.gen';

export function statusWord(status: Status): string {
  switch (status) {
    case 'failed':
      return m.ticks_failed();
    case 'pending':
      return m.ticks_pending();
    case 'sent':
      return m.ticks_sent();
    case 'delivered':
      return m.ticks_delivered();
    case 'read':
      return m.ticks_read();
  }
}
