// Does what the menu of a chat offers. What can be taken back is done at once and offers the way back; what cannot is
// asked about first. A refusal is one sentence where the person looks: in the sheet that asked, or at the lower edge.
import { m } from '~/i18n';
import type { Dialog, DialogId, UserId } from '~/ipc/bindings.gen';
import { errorSentence } from '~/lib/errorSentence';
import type { App } from '~/state/app.svelte';
import type { Space } from '~/state/space.svelte';
import { MUTE_TIMES } from './rowMenu';

export class ChatActions {
  constructor(
    private readonly app: App,
    private readonly space: Space,
  ) {}

  get #backend() {
    return this.app.backend;
  }

  get #account(): string {
    return this.space.accountId;
  }

  /** A step whose refusal is said at the lower edge. Resolves to whether it was done. */
  async #attempt(step: Promise<unknown>): Promise<boolean> {
    try {
      await step;
      return true;
    } catch (error) {
      this.app.toast(errorSentence(error));
      return false;
    }
  }

  /** Runs a row of `rowMenu` that is about the chat itself; false for rows that are about the list. */
  run(id: string, dialog: Dialog): boolean {
    const ids = [dialog.id];
    const mute = MUTE_TIMES.find((time) => time.id === id);
    if (mute) this.mute(dialog.id, mute.ms === null ? Number.MAX_SAFE_INTEGER : Date.now() + mute.ms);
    else if (id === 'unmute') this.mute(dialog.id, null);
    else if (id === 'pin' || id === 'unpin') void this.pin(ids, id === 'pin');
    else if (id === 'read' || id === 'unread') void this.markUnread([dialog], id === 'unread');
    else if (id === 'archive' || id === 'unarchive') void this.archive([dialog], id === 'archive');
    else if (id === 'folder-new') this.app.view.open({ kind: 'folder', folderId: null, dialogIds: ids });
    else if (id.startsWith('folder-')) this.file(dialog, Number(id.slice('folder-'.length)));
    else if (id === 'export') this.app.view.open({ kind: 'export', dialogId: dialog.id });
    else if (id === 'clear') this.clear(dialog);
    else if (id === 'leave') this.leave(dialog);
    else if (id === 'delete') this.remove([dialog], false);
    else if (id === 'deleteAll') this.remove([dialog], true);
    else return false;
    return true;
  }

  /** Runs a row of `personItems`; false for others. */
  runPerson(id: string, userId: UserId): boolean {
    if (id === 'profile') this.app.openProfile(userId);
    else if (id === 'block') this.app.openBlock(userId);
    else if (id === 'unblock') void this.unblock(userId);
    else if (id === 'report') this.app.openReport({ userId });
    else if (id === 'message') void this.write(userId);
    else return false;
    return true;
  }

  async unblock(userId: UserId): Promise<void> {
    if (!(await this.#attempt(this.space.blocks.unblock(userId)))) return;
    this.app.toast(m.details_unblocked({ name: this.nameOf(userId) }));
  }

  /** Opens the private chat with somebody, a new one where there is none. */
  async write(userId: UserId): Promise<void> {
    const account = this.#account;
    try {
      const id = await this.#backend.createPrivate(account, userId);
      if (this.app.view.accountId === account) this.app.view.openDialog(id);
    } catch (error) {
      this.app.toast(errorSentence(error));
    }
  }

  nameOf(userId: UserId): string {
    return this.space.users.get(userId)?.name ?? m.conversation_unknown_person();
  }

  /** Makes somebody an admin, or takes the role. */
  async setAdmin(dialog: Dialog, userId: UserId, on: boolean): Promise<void> {
    const step = on
      ? this.#backend.addAdmins(this.#account, dialog.id, [userId])
      : this.#backend.removeAdmins(this.#account, dialog.id, [userId]);
    if (!(await this.#attempt(step))) return;
    const name = this.nameOf(userId);
    this.app.announce(on ? m.details_admin_made({ name }) : m.details_admin_taken({ name }));
  }

  removePerson(dialog: Dialog, userId: UserId, done: () => void): void {
    const name = this.nameOf(userId);
    this.app.view.ask({
      title: m.details_remove_title(),
      text: m.details_remove_text({ name, chat: dialog.name }),
      confirm: m.details_remove_confirm(),
      run: async () => {
        await this.#backend.removeOccupants(this.#account, dialog.id, [userId]);
        done();
        this.app.announce(m.details_removed({ name }));
      },
    });
  }

  async pin(ids: DialogId[], on: boolean): Promise<void> {
    await this.#attempt(this.#backend.pinDialogs(this.#account, ids, on));
  }

  mute(id: DialogId, until: number | null): void {
    void this.#attempt(this.#backend.muteDialog(this.#account, id, until));
  }

  /** Unread puts a mark; read takes it and whatever is new with it. */
  async markUnread(dialogs: readonly Dialog[], on: boolean): Promise<void> {
    const ids = dialogs.map((dialog) => dialog.id);
    await this.#attempt(this.#backend.markDialogsUnread(this.#account, ids, on));
  }

  async archive(dialogs: readonly Dialog[], on: boolean): Promise<void> {
    const ids = dialogs.map((dialog) => dialog.id);
    if (!(await this.#attempt(this.#backend.archiveDialogs(this.#account, ids, on)))) return;
    const text = on
      ? m.chats_archived_done({ count: ids.length })
      : m.chats_unarchived_done({ count: ids.length });
    this.app.toast(text, {
      label: m.common_undo(),
      run: () => void this.#attempt(this.#backend.archiveDialogs(this.#account, ids, !on)),
    });
  }

  /** Into the folder, or out of it. */
  file(dialog: Dialog, folderId: number): void {
    const on = !dialog.folderIds.includes(folderId);
    void this.#attempt(this.space.folders.file(folderId, [dialog.id], on));
  }

  clear(dialog: Dialog): void {
    this.app.view.ask({
      title: m.chats_clear_title(),
      text: m.chats_clear_text({ name: dialog.name }),
      confirm: m.chats_clear_confirm(),
      run: async () => {
        await this.#backend.clearHistory(this.#account, dialog.id);
        this.app.toast(m.chats_cleared());
      },
    });
  }

  leave(dialog: Dialog): void {
    const isPublic = dialog.kind === 'public';
    this.app.view.ask({
      title: isPublic ? m.chats_unsubscribe_title() : m.chats_leave_title(),
      text: isPublic
        ? m.chats_unsubscribe_text({ name: dialog.name })
        : dialog.role === 'owner' && dialog.occupantIds.length > 1
          ? m.chats_leave_owner_text({ name: dialog.name })
          : m.chats_leave_text({ name: dialog.name }),
      confirm: isPublic ? m.chats_unsubscribe() : m.chats_leave(),
      run: async () => {
        const go = this.#aside([dialog.id]);
        try {
          if (isPublic) await this.#backend.unsubscribeDialog(this.#account, dialog.id);
          else await this.#backend.leaveDialog(this.#account, dialog.id);
        } catch (error) {
          go.back();
          throw error;
        }
        this.app.toast(
          isPublic ? m.chats_unsubscribed({ name: dialog.name }) : m.chats_left({ name: dialog.name }),
        );
      },
    });
  }

  remove(dialogs: readonly Dialog[], forAll: boolean): void {
    const [first] = dialogs;
    if (!first) return;
    const ids = dialogs.map((dialog) => dialog.id);
    const count = dialogs.length;
    const one = count === 1;
    this.app.view.ask({
      title: forAll
        ? m.chats_delete_all_title()
        : one
          ? m.chats_delete_title()
          : m.chats_delete_many_title({ count }),
      text: forAll
        ? m.chats_delete_all_text({ name: first.name })
        : one
          ? m.chats_delete_text({ name: first.name })
          : m.chats_delete_many_text({ count }),
      confirm: forAll ? m.chats_delete_all() : m.chats_delete(),
      run: async () => {
        const go = this.#aside(ids);
        let refused: DialogId[];
        try {
          ({ refusedIds: refused } = await this.#backend.deleteDialogs(this.#account, ids, forAll));
        } catch (error) {
          go.back();
          throw error;
        }
        if (refused.length === 0) {
          this.app.toast(m.chats_deleted({ count }));
          return;
        }
        if (refused.some((id) => ids.includes(id) && id === go.opened)) go.back();
        this.app.toast(m.chats_delete_refused({ count: refused.length, total: count }));
      },
    });
  }

  /**
   * The open chat is left before it goes, so that its end is not told as somebody else's doing. `back` opens it again
   * when it did not go.
   */
  #aside(ids: readonly DialogId[]): { opened: DialogId | null; back: () => void } {
    const opened =
      this.app.view.dialogId !== null && ids.includes(this.app.view.dialogId) ? this.app.view.dialogId : null;
    if (opened !== null) this.app.view.dialogId = null;
    return {
      opened,
      back: () => {
        if (opened !== null && this.app.view.dialogId === null) this.app.view.dialogId = opened;
      },
    };
  }
}
