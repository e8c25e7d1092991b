// Owns where the person is: which screen fills the window, which sheet lies over it, which chat is open.
// Nobody else decides this; the engine never moves the person.
import type { Account, AccountId, DialogId, MessageId, PublicDialog, UserId } from '~/ipc/bindings.gen';

/** What fills the window. */
export type Screen =
  | { kind: 'main' }
  | { kind: 'firstRun' }
  /** `origin` is the choice made on the first run; `add` is true when another account is already here. */
  | { kind: 'signIn'; origin: 'local' | 'cloud' | 'custom'; add: boolean }
  /** `section` names the page to open; without it the first one. */
  | { kind: 'settings'; section?: SettingsSection };

/** A page of the settings. */
export type SettingsSection =
  | 'profile'
  | 'notifications'
  | 'appearance'
  | 'language'
  | 'privacy'
  | 'lock'
  | 'files'
  | 'away'
  | 'sending'
  | 'keyboard'
  | 'network'
  | 'desktop'
  | 'server'
  | 'diagnostics'
  | 'about';

/** What lies over the main screen. */
export type Sheet =
  | { kind: 'none' }
  | { kind: 'newChat'; mode: 'private' | 'group' | 'public' }
  /** Public chats of the application. */
  | { kind: 'explore' }
  /** Chats, people, messages and commands behind one field; `text` stands in it. */
  | { kind: 'palette'; text: string }
  | { kind: 'editDialog'; dialogId: DialogId }
  | { kind: 'addPeople'; dialogId: DialogId }
  /** A folder of the chat list; null makes a new one, into which `dialogIds` go at once. */
  | { kind: 'folder'; folderId: number | null; dialogIds: DialogId[] }
  /** Writes a chat into a folder. */
  | { kind: 'export'; dialogId: DialogId }
  /** Which keys do what. */
  | { kind: 'shortcuts' }
  /** Something that cannot be taken back is asked about first. */
  | { kind: 'question'; question: Question };

/** What is asked before it is done. */
export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  confirm: string;
  /** Rejects with what the sheet shows; it stays open then. */
  run: () => Promise<void>;
}

/** What a report is about: a person, or one message. */
export type ReportTarget = { userId: UserId } | { dialogId: DialogId; messageId: MessageId };

/** A small sheet about a person or an account, over whatever is there: screens, sheets, and one another. */
export type Overlay =
  | { kind: 'profile'; userId: UserId }
  | { kind: 'block'; userId: UserId }
  | { kind: 'report'; target: ReportTarget }
  /** Before an account goes: what stays of it here, and what would be lost. */
  | { kind: 'signOut'; account: Account };

/** Where in a chat one wants to be. */
export interface Goal {
  dialogId: DialogId;
  messageId: MessageId;
  /** One wants to write there: the message is shown, and the field has the keys. */
  compose?: boolean;
}

export class View {
  screen = $state.raw<Screen>({ kind: 'main' });
  sheet = $state.raw<Sheet>({ kind: 'none' });
  /** The last one lies on top. */
  overlays = $state.raw<readonly Overlay[]>([]);
  /** The account whose chats are listed. */
  accountId = $state<AccountId | null>(null);
  /** The open chat; null shows the empty conversation, or the list alone when the window is narrow. */
  dialogId = $state<DialogId | null>(null);
  /** A public chat that is looked into from outside, in place of an open one. */
  preview = $state.raw<PublicDialog | null>(null);
  /** A message to go to in the chat that is open, or is being opened. Whoever shows it takes it away. */
  goal = $state.raw<Goal | null>(null);
  /** What waits to be sent stands in place of an open chat. */
  outbox = $state(false);
  /** The third column stands beside the open chat. It stays while one goes from chat to chat. */
  details = $state(false);

  /** Something lies over the screen and has the keys. */
  get covered(): boolean {
    return this.sheet.kind !== 'none' || this.overlays.length > 0;
  }

  go(screen: Screen): void {
    this.sheet = { kind: 'none' };
    this.overlays = [];
    this.screen = screen;
  }

  open(sheet: Sheet): void {
    this.sheet = sheet;
  }

  closeSheet(): void {
    this.sheet = { kind: 'none' };
  }

  /** Asks first; the answer runs it. */
  ask(question: Question): void {
    this.sheet = { kind: 'question', question };
  }

  /** Looks into a public chat without being in it. */
  look(dialog: PublicDialog): void {
    this.openDialog(null);
    this.preview = dialog;
  }

  /** Shows what waits to be sent. */
  openOutbox(): void {
    this.openDialog(null);
    this.outbox = true;
  }

  lay(overlay: Overlay): void {
    this.overlays = [...this.overlays, overlay];
  }

  /** Takes the topmost away. */
  closeOverlay(): void {
    this.overlays = this.overlays.slice(0, -1);
  }

  openDialog(dialogId: DialogId | null): void {
    this.dialogId = dialogId;
    this.goal = null;
    this.preview = null;
    this.outbox = false;
    this.overlays = [];
    this.closeSheet();
    if (this.screen.kind !== 'main') this.screen = { kind: 'main' };
  }
}
