// The fake commands against unwelcome people: blocks, privacy lists, reports.
import type { Backend } from '../backend';
import type { Block, PrivacyList } from '../bindings.gen';
import { personOf } from './cast';
import { ACCOUNT, type Memory } from './memory';

type PrivacyCommands = Pick<
  Backend,
  | 'blocked'
  | 'blockPerson'
  | 'unblockPerson'
  | 'privacyLists'
  | 'savePrivacyList'
  | 'deletePrivacyList'
  | 'setDefaultPrivacyList'
  | 'reportPerson'
  | 'reportMessage'
>;

/** Name of the list that “Block” writes. */
const BLOCKED = 'blocked';

export function privacyCommands(memory: Memory): PrivacyCommands {
  const { world } = memory;

  const blocksOf = (list: PrivacyList | undefined): Block[] =>
    (list?.items ?? [])
      .filter((item) => item.action === 'deny')
      .map(({ userId, mutual }) => ({ userId, mutual }));

  /** The default list decides who is blocked. */
  const settle = (lists: PrivacyList[]): void => {
    world.privacyLists = lists;
    world.blocks = blocksOf(lists.find((list) => list.isDefault));
    memory.emit({ type: 'privacyChanged', payload: { accountId: ACCOUNT, blocked: world.blocks } });
  };

  /** The default list with other items; it is made when there is none. */
  const rewrite = (change: (items: PrivacyList['items']) => PrivacyList['items']): void => {
    const current = world.privacyLists.find((list) => list.isDefault);
    const next = { name: current?.name ?? BLOCKED, isDefault: true, items: change(current?.items ?? []) };
    settle([...world.privacyLists.filter((list) => list.name !== next.name), next]);
  };

  return {
    async blocked() {
      return memory.answer(() => world.blocks);
    },

    async blockPerson(_accountId, userId, mutual) {
      await memory.act(['blockPerson', userId, mutual], () => {
        if (!personOf(userId)) memory.fail({ kind: 'notFound' });
        rewrite((items) => [
          ...items.filter((item) => item.userId !== userId),
          { userId, action: 'deny', mutual },
        ]);
      });
    },

    async unblockPerson(_accountId, userId) {
      await memory.act(['unblockPerson', userId], () => {
        rewrite((items) => items.filter((item) => item.userId !== userId));
      });
    },

    async privacyLists() {
      return memory.answer(() => world.privacyLists);
    },

    async savePrivacyList(_accountId, list) {
      await memory.act(['savePrivacyList', list], () => {
        const others = world.privacyLists
          .filter((each) => each.name !== list.name)
          .map((each) => ({ ...each, isDefault: each.isDefault && !list.isDefault }));
        settle([...others, list]);
      });
    },

    async deletePrivacyList(_accountId, name) {
      await memory.act(['deletePrivacyList', name], () => {
        if (!world.privacyLists.some((list) => list.name === name)) memory.fail({ kind: 'notFound' });
        settle(world.privacyLists.filter((list) => list.name !== name));
      });
    },

    async setDefaultPrivacyList(_accountId, name) {
      await memory.act(['setDefaultPrivacyList', name], () => {
        settle(world.privacyLists.map((list) => ({ ...list, isDefault: list.name === name })));
      });
    },

    async reportPerson(_accountId, userId, reason) {
      await memory.act(['reportPerson', userId, reason], () => undefined);
    },

    async reportMessage(_accountId, dialogId, messageId, reason) {
      await memory.act(['reportMessage', dialogId, messageId, reason], () => undefined);
    },
  };
}
