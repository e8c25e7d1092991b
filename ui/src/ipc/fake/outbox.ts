// The fake commands of the outbox: what waits, why, and the ways out of it.
import type { Backend } from '../backend';
import type { Message, MessageId, OutboxItem, Waiting } from '../bindings.gen';
import { chooseAgain } from './attachments';
import { ME } from './cast';
import type { Memory } from './memory';
import { waitFor } from './travel';

type OutboxCommands = Pick<
  Backend,
  'outbox' | 'retry' | 'retryAll' | 'reschedule' | 'discardUnsent' | 'takeBack'
>;

export function outboxCommands(memory: Memory): OutboxCommands {
  const unsent = (): Message[] =>
    [...memory.world.messages.values()]
      .flat()
      .filter((item) => item.senderId === ME && (item.status === 'pending' || item.status === 'failed'));

  const list = (): OutboxItem[] => {
    const ahead = new Set<string>();
    return unsent().map((message) => {
      let waiting: Waiting;
      if (message.status === 'failed') waiting = { type: 'decision' };
      else if (message.hold?.type === 'scheduled') waiting = message.hold;
      else {
        if (message.hold?.type === 'undo') waiting = message.hold;
        else waiting = ahead.has(message.dialogId) ? { type: 'turn' } : { type: 'line' };
        ahead.add(message.dialogId);
      }
      return { message, waiting };
    });
  };

  const retry = (item: Message): void => {
    memory.travel(memory.change(item, { status: 'pending', failure: null }), true);
  };

  const dropped = (messageId: MessageId): Message | null => {
    const item = memory.find(messageId);
    if (!item || (item.status !== 'pending' && item.status !== 'failed')) return null;
    memory.drop(item.dialogId, (each) => each.id === messageId);
    memory.outboxChanged();
    return item;
  };

  return {
    async outbox() {
      return memory.answer(() => {
        const items = list();
        const ids = new Set(items.map((item) => item.message.dialogId));
        return { items, dialogs: [...memory.world.dialogs.values()].filter((dialog) => ids.has(dialog.id)) };
      });
    },

    async retry(_accountId, messageId) {
      await memory.act(['retry', messageId], () => {
        const item = memory.find(messageId);
        if (item) retry(item);
        memory.outboxChanged();
      });
    },

    async retryAll() {
      await memory.act(['retryAll'], () => {
        for (const item of unsent()) if (item.status === 'failed') retry(item);
        memory.outboxChanged();
      });
    },

    async reschedule(_accountId, messageId, at) {
      await memory.act(['reschedule', messageId, at], () => {
        const item = memory.find(messageId) ?? memory.fail({ kind: 'notFound' });
        waitFor(memory, memory.change(item, { hold: { type: 'scheduled', payload: { at } } }));
        memory.outboxChanged();
      });
    },

    async discardUnsent(_accountId, messageId) {
      return memory.act(['discardUnsent', messageId], () => dropped(messageId));
    },

    async takeBack(_accountId, messageId) {
      return memory.act(['takeBack', messageId], () => {
        const item = dropped(messageId);
        if (item === null) return null;
        const { lostFiles } = memory;
        chooseAgain(memory, item, lostFiles);
        return { message: item, lostFiles };
      });
    },
  };
}
