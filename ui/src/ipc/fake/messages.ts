// The fake commands of a conversation: pages, sending with everything that follows, reading.
import type { Backend } from '../backend';
import type { Anchor, DialogId, Edge, Failure, Message, MessageId, MessagePage } from '../bindings.gen';
import { sendStaged, uploadAll } from './attachments';
import { ME } from './cast';
import type { Memory } from './memory';
import { pageBehind } from './pages';
import { ANSWERS } from './script';

type MessageCommands = Pick<
  Backend,
  | 'messages'
  | 'dialogOfMessage'
  | 'sendMessage'
  | 'linkPreview'
  | 'retry'
  | 'discardUnsent'
  | 'markRead'
  | 'setTyping'
  | 'saveDraft'
>;

const TYPING_MS = 1500;

function pageOf(memory: Memory, dialogId: DialogId, anchor: Anchor, limit: number): MessagePage {
  const all = memory.messagesOf(dialogId);
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

/** Why a message does not go, if it does not: the text asks for it, or somebody is blocked. */
function refusal(memory: Memory, item: Message): Failure | undefined {
  if (item.text.includes('fail')) return { kind: 'noAnswer', text: null };
  if (item.text.includes('blocked')) return { kind: 'blocked', text: 'Service not available.' };
  const opponent = memory.world.dialogs.get(item.dialogId)?.opponentId;
  if (memory.world.blocks.some((block) => block.userId === opponent && block.mutual)) {
    return { kind: 'blocked', text: 'You have blocked this person.' };
  }
  return undefined;
}

export function messageCommands(memory: Memory): MessageCommands {
  let answers = 0;

  /** Clock, tick, two ticks, read; then the other one writes and answers. */
  const travel = (item: Message, failure: Failure | undefined): void => {
    if (memory.connection.type !== 'online') return;
    const dialog = memory.world.dialogs.get(item.dialogId);
    const others = dialog?.occupantIds.filter((id) => id !== ME) ?? [];
    const steps: [number, () => void][] =
      failure !== undefined
        ? [[600, () => memory.change(item, { status: 'failed', failure })]]
        : [
            [300, () => memory.change(item, { status: 'sent', failure: null })],
            [800, () => memory.change(item, { status: 'delivered', deliveredTo: others })],
            [1400, () => memory.change(item, { status: 'read', deliveredTo: others, readBy: others })],
          ];
    for (const [after, step] of steps) setTimeout(step, after);
    const partner = others[0];
    if (failure !== undefined || partner === undefined || dialog?.kind !== 'private') return;
    setTimeout(() => {
      memory.setTypingOf(item.dialogId, [partner]);
    }, 1600);
    setTimeout(() => {
      memory.setTypingOf(item.dialogId, []);
      answers += 1;
      memory.add(item.dialogId, partner, ANSWERS[answers % ANSWERS.length] ?? '');
    }, 1600 + TYPING_MS);
  };

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
      const { text, replyTo, mentions, silent, previewOf, fields, attachments } = message;
      const more = { replyTo, mentions, silent, previewOf, fields, attachments };
      return memory.act(['sendMessage', dialogId, text, more], () => {
        const original = replyTo === null ? undefined : find(replyTo);
        const reply = original
          ? { messageId: original.id, senderId: original.senderId, text: original.text.slice(0, 200) }
          : null;
        const item = memory.add(dialogId, ME, text, 'pending', {
          reply,
          mentions,
          silent,
          preview: previewOf === null ? null : pageBehind(previewOf),
          fields,
          attachments: sendStaged(memory, attachments),
        });
        uploadAll(memory, item.id, () => {
          const uploaded = find(item.id);
          if (uploaded) travel(uploaded, refusal(memory, uploaded));
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

    async retry(_accountId, messageId) {
      await memory.act(['retry', messageId], () => {
        const item = find(messageId);
        if (item) travel(memory.change(item, { status: 'pending', failure: null }), undefined);
      });
    },

    async discardUnsent(_accountId, messageId) {
      return memory.act(['discardUnsent', messageId], () => {
        const item = find(messageId);
        if (!item) return null;
        memory.drop(item.dialogId, (each) => each.id === messageId);
        return item.text;
      });
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

    async setTyping(_accountId, dialogId, typing) {
      memory.calls.push(['setTyping', dialogId, typing]);
      await Promise.resolve();
    },

    async saveDraft(_accountId, dialogId, text) {
      memory.calls.push(['saveDraft', dialogId, text]);
      await memory.answer(() => {
        memory.patch(dialogId, { draft: text === '' ? null : text });
      });
    },
  };
}
