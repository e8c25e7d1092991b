// Why a file was not taken into the tray.
import { m } from '~/i18n';
import type { RefusalReason } from '~/ipc/bindings.gen';
import { sizeWords } from './fileWords';

/** Files beyond the most of a message are counted, not named: there may be thousands. */
export type NamedRefusal = Exclude<RefusalReason, 'tooMany'>;

/** `most` is how large a file may be, bytes. */
export function refusalWords(reason: NamedRefusal, most: number): string {
  switch (reason) {
    case 'tooLarge':
      return m.tray_refused_too_large({ size: sizeWords(most) });
    case 'empty':
      return m.tray_refused_empty();
    case 'unreadable':
      return m.tray_refused_unreadable();
    case 'folder':
      return m.tray_refused_folder();
    case 'noSpace':
      return m.tray_refused_no_space();
  }
}
