// Owns the folders of one account's chat list. The engine wins: every change comes back as the whole list.
import type { Backend } from '~/ipc/backend';
import type { AccountId, Dialog, Folder, FolderRule } from '~/ipc/bindings.gen';

/** What a new folder may be called at most, characters: more does not fit a chip. */
export const FOLDER_NAME_MAX = 40;

/** Whether a chat stands in a folder: put there by hand, or because of its kind. */
export function inFolder(dialog: Dialog, folder: Folder): boolean {
  return folder.rule.type === 'byHand'
    ? dialog.folderIds.includes(folder.id)
    : folder.rule.payload.includes(dialog.kind);
}

export class Folders {
  /** In their places. */
  list = $state.raw<Folder[]>([]);

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  get(id: number | null): Folder | null {
    return this.list.find((folder) => folder.id === id) ?? null;
  }

  set(folders: Folder[]): void {
    this.list = [...folders].sort((a, b) => a.place - b.place || a.id - b.id);
  }

  async load(): Promise<void> {
    try {
      this.set(await this.backend.folders(this.accountId));
    } catch (error) {
      // The list of chats says what is wrong with the cache; without folders all chats are still there.
      console.warn('the folders were not read', error);
    }
  }

  save(id: number | null, name: string, rule: FolderRule): Promise<number> {
    return this.backend.saveFolder(this.accountId, id, name, rule);
  }

  async remove(id: number): Promise<void> {
    await this.backend.deleteFolder(this.accountId, id);
  }

  async file(id: number, dialogIds: string[], on: boolean): Promise<void> {
    await this.backend.fileDialogs(this.accountId, id, dialogIds, on);
  }
}
