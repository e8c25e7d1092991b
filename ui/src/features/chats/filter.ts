// Which chats the list shows: a kind or the unread ones, and those whose name has the words.
import type { Dialog } from '~/ipc/bindings.gen';

export type Filter = 'all' | 'unread' | 'groups' | 'channels';

/** Letters without case and accents, so that "tomas" finds Tomás. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

function wanted(dialog: Dialog, filter: Filter, openId: string | null): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'unread':
      // The chat being read stays, or it would vanish under the eyes.
      return dialog.unread > 0 || dialog.id === openId;
    case 'groups':
      return dialog.kind === 'group';
    case 'channels':
      return dialog.kind === 'public' || dialog.kind === 'broadcast';
  }
}

/** The chats to list, in their order. Every word of the query begins a word of the name. */
export function listed(dialogs: Dialog[], filter: Filter, query: string, openId: string | null): Dialog[] {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  if (filter === 'all' && words.length === 0) return dialogs;
  return dialogs.filter((dialog) => {
    if (!wanted(dialog, filter, openId)) return false;
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
