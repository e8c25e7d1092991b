// What the second line of a chat says: the first that applies.
import { previewWords } from '~/features/attachments/attachmentWords';
import { m } from '~/i18n';
import type { AttachmentKind, Dialog, Preview, User, UserId } from '~/ipc/bindings.gen';
import { firstName } from '~/lib/names';

export interface PreviewLine {
  /** The word in front, in its own colour; `name` is the person’s in it. */
  lead: { text: string; tone: 'danger' | 'plain'; name?: string } | null;
  /** What hangs on the message; its glyph stands before the words. */
  attachment: AttachmentKind | null;
  text: string;
}

export interface PreviewInput {
  dialog: Dialog;
  me: UserId;
  /** What is being written in the open chat is before the person's eyes already. */
  open: boolean;
  user: (id: UserId) => User | undefined;
}

/** What a message says; without words what hangs on it, or that another program meant something by it. */
function words({ text, attachment }: Preview): string {
  if (text.trim() !== '') return text;
  return attachment === null ? m.chats_other_content() : previewWords(attachment);
}

/** Draft, not sent, mine, somebody's first name in groups, or the bare words. */
export function previewLine({ dialog, me, open, user }: PreviewInput): PreviewLine {
  const draft = dialog.draft === null ? null : (dialog.draft.edit?.text ?? dialog.draft.text);
  if (!open && draft !== null && draft.trim() !== '') {
    return { lead: { text: m.chats_draft(), tone: 'danger' }, attachment: null, text: draft };
  }
  const last = dialog.last;
  if (last === null) return { lead: null, attachment: null, text: m.chats_no_messages() };
  const attachment = last.attachment?.kind ?? null;
  const text = words(last);
  const mine = last.senderId === me;
  if (mine && last.status === 'failed') {
    return { lead: { text: m.chats_not_sent(), tone: 'danger' }, attachment, text };
  }
  if (mine) return { lead: { text: m.chats_you(), tone: 'plain' }, attachment, text };
  if (dialog.kind === 'group' || dialog.kind === 'public') {
    const sender = user(last.senderId);
    if (sender) {
      const name = firstName(sender.name);
      return { lead: { text: `${name}:`, tone: 'plain', name }, attachment, text };
    }
  }
  return { lead: null, attachment, text };
}
