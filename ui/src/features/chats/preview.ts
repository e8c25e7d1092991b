// What the second line of a chat says: the first that applies.
import { m } from '~/i18n';
import type { Dialog, Preview, User, UserId } from '~/ipc/bindings.gen';
import { firstName } from '~/lib/names';
import { attachmentPreview } from './attachmentPreview';

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

/** What a message says, and in a word what hangs on it. */
function words({ text, attachment }: Preview): string {
  if (attachment === null) return text;
  const what = attachmentPreview(attachment);
  return text.trim() === '' ? what : m.chats_captioned({ what, text });
}

/** Draft, not sent, mine, somebody's first name in groups, or the bare words. */
export function previewLine({ dialog, me, open, user }: PreviewInput): PreviewLine {
  if (!open && dialog.draft !== null && dialog.draft.trim() !== '') {
    return { lead: { text: m.chats_draft(), tone: 'danger' }, text: dialog.draft };
  }
  const last = dialog.last;
  if (last === null) return { lead: null, text: m.chats_no_messages() };
  const text = words(last);
  const mine = last.senderId === me;
  if (mine && last.status === 'failed') {
    return { lead: { text: m.chats_not_sent(), tone: 'danger' }, text };
  }
  if (mine) return { lead: { text: m.chats_you(), tone: 'plain' }, text };
  if (dialog.kind === 'group' || dialog.kind === 'public') {
    const sender = user(last.senderId);
    if (sender) return { lead: { text: `${firstName(sender.name)}:`, tone: 'plain' }, text };
  }
  return { lead: null, text };
}
