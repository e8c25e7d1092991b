// What is being done to the ways into the encrypted messages, and the words for it.
import { m } from '~/i18n';
import type { SlotKind } from '~/ipc/bindings.gen';

/** One change of the keys, as a sheet asks about it. */
export type KeyTask = 'lockOn' | 'lockOff' | 'addPassphrase' | 'changePassphrase' | 'makeCode' | 'removeCode';

export interface KeyTaskWords {
  title: string;
  text: string | null;
  confirm: string;
  /** Something is lost by it. */
  danger: boolean;
  /** It wants a new passphrase, twice. */
  fresh: boolean;
}

/** @param hasPassphrase - Whether there is one already: then turning the lock on asks for it instead of a new one. */
export function keyTaskWords(task: KeyTask, hasPassphrase: boolean): KeyTaskWords {
  const words = (title: string, text: string | null, confirm: string): KeyTaskWords => ({
    title,
    text,
    confirm,
    danger: false,
    fresh: false,
  });
  switch (task) {
    case 'lockOn':
      return {
        ...words(m.lock_sheet_on(), m.lock_sheet_on_text(), m.lock_sheet_on_button()),
        fresh: !hasPassphrase,
      };
    case 'lockOff':
      return words(m.lock_sheet_off(), m.lock_sheet_off_text(), m.lock_sheet_off_button());
    case 'addPassphrase':
      return {
        ...words(m.lock_sheet_add(), m.lock_sheet_add_text(), m.lock_sheet_add_button()),
        fresh: true,
      };
    case 'changePassphrase':
      return { ...words(m.lock_sheet_change(), null, m.lock_sheet_change_button()), fresh: true };
    case 'makeCode':
      return words(m.lock_sheet_code(), m.lock_sheet_code_text(), m.lock_sheet_code_button());
    case 'removeCode':
      return {
        ...words(m.lock_sheet_remove(), m.lock_sheet_remove_text(), m.lock_sheet_remove_button()),
        danger: true,
      };
  }
}

/** What a way in is called, and what it means to have it. */
export function slotWords(kind: SlotKind): { title: string; hint: string } {
  switch (kind) {
    case 'keychain':
      return { title: m.lock_keychain(), hint: m.lock_keychain_hint() };
    case 'keyFile':
      return { title: m.lock_file(), hint: m.lock_file_hint() };
    case 'passphrase':
      return { title: m.lock_passphrase(), hint: m.lock_passphrase_hint() };
    case 'recoveryCode':
      return { title: m.lock_code(), hint: m.lock_code_hint() };
  }
}
