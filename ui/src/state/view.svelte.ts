// Owns where the person is: which screen fills the window, which sheet lies over it, which chat is open.
// Nobody else decides this; the engine never moves the person.
import type { AccountId, DialogId } from '~/ipc/bindings.gen';

/** What fills the window. */
export type Screen =
  | { kind: 'main' }
  | { kind: 'firstRun' }
  /** `origin` is the choice made on the first run; `add` is true when another account is already here. */
  | { kind: 'signIn'; origin: 'local' | 'cloud' | 'custom'; add: boolean }
  | { kind: 'settings' };

/** What lies over the main screen. */
export type Sheet = { kind: 'none' } | { kind: 'newChat'; mode: 'private' | 'group' };

export class View {
  screen = $state.raw<Screen>({ kind: 'main' });
  sheet = $state.raw<Sheet>({ kind: 'none' });
  /** The account whose chats are listed. */
  accountId = $state<AccountId | null>(null);
  /** The open chat; null shows the empty conversation, or the list alone when the window is narrow. */
  dialogId = $state<DialogId | null>(null);

  go(screen: Screen): void {
    this.sheet = { kind: 'none' };
    this.screen = screen;
  }

  open(sheet: Sheet): void {
    this.sheet = sheet;
  }

  closeSheet(): void {
    this.sheet = { kind: 'none' };
  }

  openDialog(dialogId: DialogId | null): void {
    this.dialogId = dialogId;
    this.closeSheet();
    if (this.screen.kind !== 'main') this.screen = { kind: 'main' };
  }
}
