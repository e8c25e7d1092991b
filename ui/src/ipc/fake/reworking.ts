// The fake commands that change messages which are there: edit, delete, reactions, forwarding.
import type { Backend } from '../backend';
import type { Message, MessageId, Reaction } from '../bindings.gen';
import { ME } from './cast';
import type { Memory } from './memory';

type ReworkCommands = Pick<
  Backend,
  'editMessage' | 'deleteMessages' | 'react' | 'reactionsOf' | 'forwardMessages'
>;

/** The reactions after mine was put or taken back. */
function withMine(reactions: Reaction[], emoji: string, on: boolean): Reaction[] {
  const old = reactions.find((each) => each.emoji === emoji);
  if ((old?.mine ?? false) === on) return reactions;
  if (!old) return [...reactions, { emoji, count: 1, mine: true }];
  const count = old.count + (on ? 1 : -1);
  return reactions.flatMap((each) =>
    each !== old ? [each] : count === 0 ? [] : [{ emoji, count, mine: on }],
  );
}

export function reworkCommands(memory: Memory): ReworkCommands {
  const messageOf = (id: MessageId): Message => memory.find(id) ?? memory.fail({ kind: 'notFound' });

  return {
    async editMessage(_accountId, messageId, text) {
      await memory.act(['editMessage', messageId, text], () => {
        const item = messageOf(messageId);
        memory.change(item, { text, editedAt: Date.now(), previousText: item.text });
      });
    },

    async deleteMessages(_accountId, dialogId, messageIds, forEveryone) {
      await memory.act(['deleteMessages', dialogId, messageIds, forEveryone], () => {
        if (!forEveryone) {
          memory.drop(dialogId, (item) => messageIds.includes(item.id));
          return;
        }
        for (const id of messageIds) {
          memory.change(messageOf(id), {
            text: '',
            deleted: true,
            editedAt: null,
            previousText: null,
            reactions: [],
            attachments: [],
            reply: null,
            forwarded: null,
          });
        }
      });
    },

    async react(_accountId, messageId, emoji, on) {
      await memory.act(['react', messageId, emoji, on], () => {
        const item = messageOf(messageId);
        memory.change(item, { reactions: withMine(item.reactions, emoji, on) });
      });
    },

    async reactionsOf(_accountId, messageId) {
      return memory.answer(() => {
        const item = messageOf(messageId);
        const others = memory.dialogOf(item.dialogId).occupantIds.filter((id) => id !== ME);
        return item.reactions.map(({ emoji, count, mine }) => ({
          emoji,
          userIds: [...(mine ? [ME] : []), ...others.slice(0, mine ? count - 1 : count)],
        }));
      });
    },

    async forwardMessages(_accountId, messageIds, dialogIds, comment) {
      await memory.act(['forwardMessages', messageIds, dialogIds, comment], () => {
        for (const dialogId of dialogIds) {
          if (comment !== null) memory.add(dialogId, ME, comment, 'sent');
          for (const id of messageIds) {
            const { text, senderId, sentAt, forwarded, fields, attachments } = messageOf(id);
            memory.add(dialogId, ME, text, 'sent', {
              forwarded: forwarded ?? { senderId, sentAt },
              fields,
              attachments,
            });
          }
        }
      });
    },
  };
}
