// Which chats the list shows: the unread ones, a kind, a folder or the archive, and those whose name has the words.
import type { Dialog, Folder } from '~/ipc/bindings.gen';
import { hasNews } from '~/state/dialogs.svelte';
import { inFolder } from '~/state/folders.svelte';

export type Filter =
  | { kind: 'all' }
  | { kind: 'unread' }
  | { kind: 'groups' }
  | { kind: 'channels' }
  | { kind: 'folder'; id: number };

/** The same for equal filters, different for others. */
export function filterKey(filter: Filter): string {
  return filter.kind === 'folder' ? `folder-${String(filter.id)}` : filter.kind;
}

/** Letters without case and accents, so that "tomas" finds Tomás. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

function wanted(dialog: Dialog, filter: Filter, folder: Folder | null, openId: string | null): boolean {
  switch (filter.kind) {
    case 'all':
      return true;
    case 'unread':
      // The chat being read stays, or it would vanish under the eyes.
      return hasNews(dialog) || dialog.id === openId;
    case 'groups':
      return dialog.kind === 'group';
    case 'channels':
      return dialog.kind === 'public' || dialog.kind === 'broadcast';
    case 'folder':
      return folder !== null && inFolder(dialog, folder);
  }
}

/** Whether every word of the query begins a word of the text; an empty query fits everything. */
export function beginsWords(text: string, query: string): boolean {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return true;
  const parts = fold(text).split(/[\s,.\-_/]+/u);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}

export interface Wanted {
  filter: Filter;
  /** The folder of the filter; null for one that has just been deleted. */
  folder: Folder | null;
  query: string;
  openId: string | null;
}

/** The chats to list, in their order. Every word of the query begins a word of the name. */
export function listed(dialogs: Dialog[], { filter, folder, query, openId }: Wanted): Dialog[] {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  // The very list of the store, so that the commonest view costs nothing per chat.
  if (filter.kind === 'all' && words.length === 0) return dialogs;
  return dialogs.filter((dialog) => {
    if (!wanted(dialog, filter, folder, openId)) return false;
    if (words.length === 0) return true;
    const name = fold(dialog.name).split(/[\s,.\-_/]+/u);
    return words.every((word) => name.some((part) => part.startsWith(word)));
  });
}

/**
 * The same chats in the order they had before, for while a pointer is over the list: nothing moves under it. Chats
 * that are new come last until then; chats that left are gone at once.
 */
export function inHeldOrder(dialogs: Dialog[], held: readonly string[]): Dialog[] {
  const byId = new Map(dialogs.map((dialog) => [dialog.id, dialog]));
  const kept: Dialog[] = [];
  for (const id of held) {
    const dialog = byId.get(id);
    if (!dialog) continue;
    kept.push(dialog);
    byId.delete(id);
  }
  return byId.size === 0 ? kept : [...kept, ...byId.values()];
}

/** The part of `count` rows that is drawn: what is in view and a little around it. */
export function slice(
  count: number,
  row: number,
  scrollTop: number,
  height: number,
  around: number,
): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / row) - around);
  const to = Math.min(count, Math.ceil((scrollTop + height) / row) + around);
  return { from: Math.min(from, count), to };
}
