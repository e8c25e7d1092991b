// The fake commands of a conversation: pages, sending with everything that follows, reading.
import { previewAttachment } from '~/lib/previewAttachment';
import type { Backend } from '../backend';
import type { Anchor, DialogId, Edge, Message, MessageId, MessagePage } from '../bindings.gen';
import { sendStaged, uploadAll } from './attachments';
import { ME } from './cast';
import type { Memory } from './memory';
import { pageBehind } from './pages';

type MessageCommands = Pick<
  Backend,
  | 'messages'
  | 'dialogOfMessage'
  | 'sendMessage'
  | 'linkPreview'
  | 'markRead'
  | 'markAllRead'
  | 'recipients'
  | 'setTyping'
  | 'saveDraft'
>;

function pageOf(memory: Memory, dialogId: DialogId, anchor: Anchor, limit: number): MessagePage {
  const all = memory.messagesOf(dialogId).filter((item) => item.hold?.type !== 'scheduled');
  const at = (id: MessageId): number => all.findIndex((item) => item.id === id);
  let from = 0;
  switch (anchor.type) {
    case 'newest':
      from = all.length - limit;
      break;
    case 'firstUnread': {
      const first = memory.world.dialogs.get(dialogId)?.firstUnreadId ?? null;
      from = first === null ? all.length - limit : at(first) - Math.floor(limit / 2);
      break;
    }
    case 'before':
      from = at(anchor.payload) - limit;
      break;
    case 'after':
      from = at(anchor.payload) + 1;
      break;
    case 'around':
      from = Math.max(0, at(anchor.payload)) - Math.floor(limit / 2);
      break;
    case 'date': {
      const first = all.findIndex((item) => item.sentAt >= anchor.payload);
      from = first < 0 ? all.length - limit : first - Math.floor(limit / 2);
      break;
    }
  }
  const to = anchor.type === 'before' ? at(anchor.payload) : Math.min(all.length, Math.max(0, from) + limit);
  from = anchor.type === 'after' ? from : Math.max(0, Math.min(from, to - limit));
  let before: Edge = from > 0 ? { type: 'more' } : { type: 'end' };
  if (memory.state === 'gap') before = { type: 'gap', payload: { reason: 'failed' } };
  else if (memory.connection.type !== 'online' && from > 0 && from <= all.length - 100) {
    before = { type: 'gap', payload: { reason: 'offline' } };
  }
  return {
    items: all.slice(from, to),
    before,
    after: to < all.length ? { type: 'more' } : { type: 'end' },
  };
}

export function messageCommands(memory: Memory): MessageCommands {
  const find = (messageId: MessageId): Message | undefined => memory.find(messageId);

  return {
    async messages(_accountId, dialogId, anchor, limit) {
      if (memory.state === 'loading') return new Promise(() => undefined);
      const page = await memory.answer(() => pageOf(memory, dialogId, anchor, limit));
      if (memory.state === 'gone') {
        setTimeout(() => {
          memory.remove([dialogId]);
        }, 400);
      }
      return page;
    },

    async sendMessage(_accountId, dialogId, message) {
      const { text, replyTo, mentions, silent, previewOf, fields, attachments, sendAt } = message;
      const asked = { replyTo, mentions, silent, previewOf, fields, attachments, sendAt };
      return memory.act(['sendMessage', dialogId, text, asked], () => {
        const original = replyTo === null ? undefined : find(replyTo);
        const reply = original
          ? {
              messageId: original.id,
              senderId: original.senderId,
              text: original.text.slice(0, 200),
              attachment: previewAttachment(original.attachments),
            }
          : null;
        const more = {
          reply,
          mentions,
          silent,
          preview: previewOf === null ? null : pageBehind(previewOf),
          fields,
          attachments: sendStaged(memory, attachments),
        };
        const { undoSendS } = memory.settings;
        if (sendAt !== null) return memory.schedule(dialogId, text, sendAt, more).id;
        if (undoSendS > 0 && attachments.length === 0) {
          const until = Date.now() + undoSendS * 1000;
          return memory.hold(dialogId, text, until, more).id;
        }
        const item = memory.add(dialogId, ME, text, 'pending', more);
        uploadAll(memory, item.id, () => {
          const uploaded = find(item.id);
          if (uploaded) memory.travel(uploaded);
        });
        return item.id;
      });
    },

    async dialogOfMessage(_accountId, messageId) {
      return memory.answer(() => find(messageId)?.dialogId ?? null);
    },

    async linkPreview(_accountId, url) {
      return memory.act(['linkPreview', url], () => pageBehind(url));
    },

    async markRead(_accountId, dialogId, upTo) {
      memory.calls.push(['markRead', dialogId, upTo]);
      await memory.answer(() => {
        const items = memory.messagesOf(dialogId);
        const at = items.findIndex((item) => item.id === upTo);
        const left = items.slice(at + 1).filter((item) => item.senderId !== ME && item.system === null);
        memory.patch(dialogId, {
          unread: left.length,
          firstUnreadId: left[0]?.id ?? null,
          markedUnread: false,
        });
      });
    },

    async markAllRead() {
      await memory.act(['markAllRead'], () => {
        for (const [id, dialog] of memory.world.dialogs) {
          if (dialog.unread === 0 && !dialog.markedUnread) continue;
          memory.patch(id, { unread: 0, firstUnreadId: null, markedUnread: false });
        }
      });
    },

    async recipients(_accountId, messageId) {
      return memory.answer(() => {
        const item = find(messageId);
        return (item?.deliveredTo ?? []).map((userId, index) => {
          const hasSeen = item?.readBy.includes(userId) === true;
          const receivedAt = (item?.sentAt ?? 0) + (index + 1) * 1000;
          return { userId, receivedAt, hasSeen, seenAt: hasSeen ? receivedAt + 60_000 : null };
        });
      });
    },

    async setTyping(_accountId, dialogId, typing) {
      memory.calls.push(['setTyping', dialogId, typing]);
      await Promise.resolve();
    },

    async saveDraft(_accountId, dialogId, draft) {
      memory.calls.push(['saveDraft', dialogId, draft]);
      await memory.answer(() => {
        const empty = draft.text === '' && draft.reply === null && draft.edit === null;
        memory.patch(dialogId, { draft: empty ? null : draft });
      });
    },
  };
}
