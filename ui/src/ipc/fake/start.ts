// The fake commands of a window's life: snapshot, keys, settings, accounts, links.
import type { Account } from '../bindings.gen';
import type { Backend } from '../backend';
import { ACCOUNT, type Memory } from './memory';
import { organisationOf } from './organisation';

type StartCommands = Pick<
  Backend,
  | 'subscribe'
  | 'bootstrap'
  | 'painted'
  | 'close'
  | 'printPage'
  | 'createKeys'
  | 'unlock'
  | 'unlockWithCode'
  | 'retryKeys'
  | 'lock'
  | 'stillHere'
  | 'keySlots'
  | 'addKey'
  | 'removeKey'
  | 'askForPerson'
  | 'makeRecoveryCode'
  | 'saveSettings'
  | 'setQuiet'
  | 'setDesktopWords'
  | 'autostart'
  | 'setAutostart'
  | 'signUp'
  | 'signIn'
  | 'signOut'
  | 'connectNow'
  | 'ping'
  | 'unknownMessages'
  | 'connectionHistory'
  | 'recentLog'
  | 'versions'
  | 'openLink'
  | 'importOrganisation'
  | 'forgetOrganisation'
  | 'takeLink'
  | 'exportDialog'
  | 'cancelExport'
  | 'showExport'
>;

const RECONNECT_MS = 800;

const EXPORT_STEPS = 4;
const EXPORT_STEP_MS = 400;
/** Bytes of the files that come in the middle of an export. */
const EXPORT_COMING = 3_400_000;

export function startCommands(memory: Memory): StartCommands {
  const enter = (name: string, login: string): Account => {
    const account = memory.account(name, login);
    memory.accounts = [account];
    memory.emit({ type: 'accountsChanged', payload: { accounts: memory.accounts } });
    return account;
  };

  /** Ends the export that runs. */
  let stop: () => void = () => undefined;

  return {
    async exportDialog(accountId, dialogId, words, withFiles) {
      memory.calls.push(['exportDialog', dialogId, words, withFiles]);
      const dialog = memory.dialogOf(dialogId);
      const total = memory.messagesOf(dialogId).length;
      const files = memory
        .messagesOf(dialogId)
        .flatMap((message) => message.attachments)
        .filter((attachment) => withFiles && attachment.file !== null);
      const complete = memory.connection.type === 'online';
      const missing = files.filter(
        ({ file }) =>
          file?.type === 'failed' || file?.type === 'deleted' || (!complete && file?.type !== 'here'),
      );
      const stopped = new Promise<boolean>((resolve) => (stop = () => resolve(true)));
      for (let step = 0; step <= EXPORT_STEPS; step += 1) {
        const written = Math.floor((total * step) / EXPORT_STEPS);
        memory.emit({
          type: 'exportProgressed',
          payload: {
            accountId,
            dialogId,
            progress:
              step === 0
                ? { type: 'fetching', payload: { messages: total } }
                : {
                    type: 'writing',
                    payload: {
                      written,
                      total,
                      files: Math.floor(((files.length - missing.length) * step) / EXPORT_STEPS),
                      received: files.length > 0 ? Math.floor((EXPORT_COMING * step) / EXPORT_STEPS) : 0,
                      coming: files.length > 0 ? EXPORT_COMING : 0,
                    },
                  },
          },
        });
        const pause = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), EXPORT_STEP_MS));
        if (await Promise.race([stopped, pause])) return { type: 'cancelled' };
      }
      return {
        type: 'done',
        payload: {
          folder: dialog.name,
          messages: total,
          complete,
          files: files.length - missing.length,
          missing: missing.length,
          listed: missing.map(({ name, file }) => ({
            name,
            reason:
              file?.type === 'deleted'
                ? { type: 'removed' }
                : {
                    type: 'failed',
                    payload: { problem: file?.type === 'failed' ? file.payload.reason : 'network' },
                  },
          })),
        },
      };
    },

    async cancelExport() {
      await memory.act(['cancelExport'], () => stop());
    },

    async showExport() {
      await memory.act(['showExport'], () => undefined);
    },

    async subscribe(onEvent) {
      memory.listen(onEvent);
      await Promise.resolve();
    },

    async bootstrap() {
      const snapshot = await memory.answer(() => {
        if (memory.state === 'startFailed') {
          memory.fail({ kind: 'storage', message: 'attempt to write a readonly database' });
        }
        return {
          version: '0.1.0',
          profile: 'default',
          platform: memory.platform,
          keys: memory.keys,
          canLock: memory.locks.canLock,
          accounts: memory.keys.type === 'ready' ? memory.accounts : [],
          unread: memory.keys.type === 'ready' ? memory.unread : [],
          settings: memory.settings,
          maxUploadBytes: 104_857_600,
          organisation: memory.organisation,
          updates: memory.updates,
          hasTray: true,
        };
      });
      if (memory.connection.type === 'online') {
        for (const [dialogId, userIds] of memory.world.typing) {
          setTimeout(() => {
            memory.setTypingOf(dialogId, userIds);
          }, 50);
        }
      }
      return snapshot;
    },

    async painted() {
      memory.calls.push(['painted']);
      await Promise.resolve();
    },

    async close() {
      memory.calls.push(['close']);
      await Promise.resolve();
    },

    async printPage() {
      memory.calls.push(['printPage']);
      await Promise.resolve();
    },

    async createKeys(choice) {
      await memory.act(['createKeys', choice.type], () => (memory.keys = { type: 'ready' }));
    },

    async unlock(passphrase) {
      await memory.answer(() => {
        memory.locks.open(passphrase);
        memory.keys = { type: 'ready' };
      });
    },

    async unlockWithCode(code) {
      await memory.answer(() => {
        memory.locks.openWithCode(code);
        memory.keys = { type: 'ready' };
      });
    },

    async retryKeys() {
      await memory.act(['retryKeys'], () => memory.fail({ kind: 'keysLocked' }));
    },

    async lock() {
      await memory.act(['lock'], () => {
        memory.keys = memory.locks.locked();
        // The page begins anew, and finds it so.
        const query = new URLSearchParams(location.search);
        query.set('state', 'locked');
        history.replaceState(null, '', `?${query.toString()}`);
        memory.emit({ type: 'locked' });
      });
    },

    async stillHere() {
      memory.calls.push(['stillHere']);
      await Promise.resolve();
    },

    async keySlots() {
      return memory.answer(() => ({ slots: memory.locks.slots, canLock: memory.locks.canLock }));
    },

    async addKey(choice, current) {
      await memory.act(['addKey', choice.type], () => memory.locks.add(choice, current));
    },

    async removeKey(kind, current) {
      await memory.act(['removeKey', kind], () => memory.locks.remove(kind, current));
    },

    async askForPerson(current) {
      await memory.act(['askForPerson'], () => memory.locks.askForPerson(current));
    },

    async makeRecoveryCode(current) {
      return memory.act(['makeRecoveryCode'], () => memory.locks.makeCode(current));
    },

    async saveSettings(settings) {
      await memory.answer(() => (memory.settings = { ...settings, quietUntil: memory.settings.quietUntil }));
    },

    async setQuiet(quietUntil) {
      await memory.act(['setQuiet', quietUntil], () => {
        memory.settings = { ...memory.settings, quietUntil };
        memory.emit({ type: 'settingsChanged', payload: { settings: memory.settings } });
      });
    },

    async setDesktopWords(words) {
      memory.desktopWords = words;
      await Promise.resolve();
    },

    async autostart() {
      return memory.answer(() => memory.autostart);
    },

    async setAutostart(on) {
      await memory.act(['setAutostart', on], () => (memory.autostart = on));
    },

    async signUp(target, request) {
      return memory.act(['signUp', target.type, request.login], () => {
        if (memory.state === 'wrong') {
          memory.fail({
            kind: 'validation',
            fields: [{ field: 'login', message: 'has already been taken' }],
          });
        }
        return enter(request.fullName, request.login);
      });
    },

    async signIn(target, identity) {
      return memory.act(['signIn', target.type, identity.type], () => {
        if (memory.state === 'wrong') memory.fail({ kind: 'credentials' });
        return enter('Mira Lindqvist', 'mira');
      });
    },

    async signOut(accountId, erase) {
      await memory.act(['signOut', accountId, erase], () => {
        memory.accounts = memory.accounts.filter((account) => account.id !== accountId);
        memory.emit({ type: 'accountsChanged', payload: { accounts: memory.accounts } });
      });
    },

    async connectNow() {
      memory.calls.push(['connectNow']);
      await Promise.resolve();
      memory.setConnection({ type: 'connecting', payload: { attempt: 1, nextInMs: null } });
      setTimeout(() => {
        memory.setConnection({ type: 'online' });
        memory.emit({ type: 'outboxChanged', payload: { accountId: ACCOUNT, waiting: 0 } });
      }, RECONNECT_MS);
    },

    async connectionHistory() {
      const now = Date.now();
      return memory.answer(() => [
        { at: now - 60_000, state: memory.connection },
        { at: now - 95_000, state: { type: 'connecting' as const, payload: { attempt: 2, nextInMs: null } } },
        {
          at: now - 140_000,
          state: { type: 'offline' as const, payload: { reason: 'noNetwork' as const } },
        },
        { at: now - 7_200_000, state: { type: 'online' as const } },
      ]);
    },

    async versions() {
      return memory.answer(() => ({ system: 'Debian 12.5.0 [64-bit]', webView: '2.48.5' }));
    },

    async recentLog() {
      const now = Date.now();
      return memory.answer(() => [
        {
          at: now - 140_000,
          level: 'WARN',
          target: 'cubist_client::connection',
          text: 'the line is lost host=chat.example.org',
        },
        {
          at: now - 60_000,
          level: 'INFO',
          target: 'cubist_client::sync',
          text: 'caught up dialogs=3 messages=14',
        },
      ]);
    },

    async unknownMessages() {
      return memory.answer(() =>
        memory.state === 'main'
          ? [
              {
                at: Date.now() - 120_000,
                senderId: 12,
                channel: 'Polls',
                name: 'poll/OPENED',
                keys: ['poll_id'],
              },
              { at: Date.now() - 600_000, senderId: 14, channel: '', name: '…', keys: [] },
            ]
          : [],
      );
    },

    async ping() {
      return memory.act(['ping'], () => {
        if (memory.connection.type !== 'online') memory.fail({ kind: 'offline' });
        return 38;
      });
    },

    importOrganisation: () =>
      memory.act(['importOrganisation'], () => {
        memory.organisation = organisationOf('taken');
        return memory.organisation;
      }),

    forgetOrganisation: () =>
      memory.act(['forgetOrganisation'], () => {
        memory.organisation = organisationOf(null);
        return memory.organisation;
      }),

    takeLink: () => memory.answer(() => memory.link.splice(0)[0] ?? null),

    async openLink(url) {
      memory.calls.push(['openLink', url]);
      window.open(url, '_blank', 'noopener');
      await Promise.resolve();
    },
  };
}
