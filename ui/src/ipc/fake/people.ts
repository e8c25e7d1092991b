// The fake commands about people: who they are, whether they are there, and the person's own profile.
import type { Backend } from '../backend';
import type { ProfileEdit, User } from '../bindings.gen';
import { ME, PEOPLE, personOf } from './cast';
import { ACCOUNT, type Memory } from './memory';
import { keepPicture } from './pictures';

type PeopleCommands = Pick<
  Backend,
  | 'users'
  | 'searchPeople'
  | 'profile'
  | 'watchActivity'
  | 'ownProfile'
  | 'updateProfile'
  | 'changePassword'
  | 'setAvatar'
  | 'deleteAccount'
>;

/** The password everything asks for. */
const PASSWORD = 'correct';
const ACTIVITY_MS = 50;

export function peopleCommands(memory: Memory): PeopleCommands {
  const me = (): User => PEOPLE.find((user) => user.id === ME) ?? memory.fail({ kind: 'notFound' });

  /** My name and picture stand in the list of people and in the account. */
  const become = (change: Partial<User>): void => {
    const user = Object.assign(me(), change);
    memory.accounts = memory.accounts.map((account) => ({
      ...account,
      name: user.name,
      login: user.login,
      email: user.email,
      avatar: user.avatar,
    }));
    memory.emit({ type: 'usersChanged', payload: { accountId: ACCOUNT, users: [{ ...user }] } });
    memory.emit({ type: 'accountsChanged', payload: { accounts: memory.accounts } });
  };

  return {
    async users(_accountId, ids) {
      return memory.answer(() => ids.flatMap((id) => personOf(id) ?? []));
    },

    async searchPeople(_accountId, query) {
      const wanted = query.trim().toLocaleLowerCase();
      return memory.answer(() =>
        PEOPLE.filter(
          (user) =>
            user.id !== ME &&
            [user.name, user.login, user.email, user.phone].some((text) =>
              text?.toLocaleLowerCase().includes(wanted),
            ),
        ),
      );
    },

    async profile(_accountId, userId) {
      return memory.answer(() => {
        const user = personOf(userId) ?? memory.fail({ kind: 'notFound' });
        const shared = [...memory.world.dialogs.values()].filter(
          (dialog) => dialog.kind === 'group' && dialog.occupantIds.includes(userId),
        );
        return {
          user,
          activity: memory.world.activities.get(userId) ?? null,
          block: memory.world.blocks.find((block) => block.userId === userId) ?? null,
          sharedGroupIds: userId === ME ? [] : shared.map((dialog) => dialog.id),
        };
      });
    },

    async watchActivity(_accountId, userIds) {
      memory.watched = userIds;
      await memory.answer(() => undefined);
      if (memory.connection.type !== 'online') return;
      setTimeout(() => {
        memory.tellActivities(userIds);
      }, ACTIVITY_MS);
    },

    async ownProfile() {
      return memory.answer(() => ({ ...me() }));
    },

    async updateProfile(_accountId, edit) {
      await memory.act(['updateProfile', edit], () => {
        if (edit.login !== null && PEOPLE.some((user) => user.id !== ME && user.login === edit.login)) {
          memory.fail({
            kind: 'validation',
            fields: [{ field: 'login', message: 'has already been taken' }],
          });
        }
        const user = me();
        const after = (key: Exclude<keyof ProfileEdit, 'name'>): string | null =>
          edit[key] === '' ? null : (edit[key] ?? user[key]);
        become({
          name: edit.name ?? user.name,
          login: after('login'),
          email: after('email'),
          phone: after('phone'),
          website: after('website'),
        });
      });
    },

    async changePassword(_accountId, oldPassword) {
      // The password itself is in no record.
      await memory.act(['changePassword'], () => {
        if (oldPassword !== PASSWORD) memory.fail({ kind: 'credentials' });
      });
    },

    async setAvatar(_accountId, picture) {
      await memory.act(['setAvatar', picture === null ? null : 'picture'], () => {
        become({ avatar: picture === null ? null : keepPicture(memory, picture) });
      });
    },

    async deleteAccount(accountId, password) {
      await memory.act(['deleteAccount', accountId], () => {
        if (password !== PASSWORD) memory.fail({ kind: 'credentials' });
        memory.accounts = memory.accounts.filter((account) => account.id !== accountId);
        memory.emit({ type: 'accountsChanged', payload: { accounts: memory.accounts } });
      });
    },
  };
}
