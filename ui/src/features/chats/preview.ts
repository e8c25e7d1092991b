// What the second line of a chat says: the first that applies.
import { m } from '~/i18n';
import type { Dialog, User, UserId } from '~/ipc/bindings.gen';
import { firstName } from '~/lib/names';

export interface PreviewLine {
  /** The word in front, in its own colour. */
  lead: { text: string; tone: 'danger' | 'plain' } | null;
  text: string;
}

export interface PreviewInput {
  dialog: Dialog;
  me: UserId;
  /** What is being written in the open chat is before the person's eyes already. */
  open: boolean;
  user: (id: UserId) => User | undefined;
}

/** Draft, not sent, mine, somebody's first name in groups, or the bare words. */
export function previewLine({ dialog, me, open, user }: PreviewInput): PreviewLine {
  const words = dialog.draft === null ? null : (dialog.draft.edit?.text ?? dialog.draft.text);
  if (!open && words !== null && words.trim() !== '') {
    return { lead: { text: m.chats_draft(), tone: 'danger' }, text: words };
  }
  let last = dialog.last;
  if (last === null) return { lead: null, text: m.chats_no_messages() };
  // A message of another program that has no words.
  if (last.text === '' && last.attachment === null) last = { ...last, text: m.chats_other_content() };
  const mine = last.senderId === me;
  if (mine && last.status === 'failed') {
    return { lead: { text: m.chats_not_sent(), tone: 'danger' }, text: last.text };
  }
  if (mine) return { lead: { text: m.chats_you(), tone: 'plain' }, text: last.text };
  if (dialog.kind === 'group' || dialog.kind === 'public') {
    const sender = user(last.senderId);
    if (sender) return { lead: { text: `${firstName(sender.name)}:`, tone: 'plain' }, text: last.text };
  }
  return { lead: null, text: last.text };
}
