// Who shows messages beside the open conversation, such as the viewer, hears of their changes as the conversation does.
import type { AttachmentChange, DialogId, Message, MessageId } from '~/ipc/bindings.gen';

/** Something that shows messages of one chat. */
export interface MessageFollower {
  readonly dialogId: DialogId;
  /** Messages as they are now, with those that are gone; most of them are not shown here. */
  messagesChanged: (messages: readonly Message[], removedIds: readonly MessageId[]) => void;
  /** Files that came, went or are on their way. */
  filesChanged: (changes: readonly AttachmentChange[]) => void;
}

/** The same messages with what their files came to, or the very same array where it is about none of them. */
export function withFiles<Shown>(
  shown: readonly Shown[],
  changes: readonly AttachmentChange[],
  {
    messageOf,
    renew,
  }: { messageOf: (each: Shown) => Message; renew: (each: Shown, message: Message) => Shown },
): readonly Shown[] {
  const news = new Map<MessageId, AttachmentChange[]>();
  for (const change of changes) news.set(change.messageId, [...(news.get(change.messageId) ?? []), change]);
  let any = false;
  const next = shown.map((each) => {
    const message = messageOf(each);
    const about = news.get(message.id);
    if (about === undefined) return each;
    any = true;
    return renew(each, {
      ...message,
      attachments: message.attachments.map((item) => {
        const change = about.findLast(({ index }) => index === item.index);
        return change ? { ...item, file: change.file } : item;
      }),
    });
  });
  return any ? next : shown;
}
