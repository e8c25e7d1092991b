// What the connection line says, how loudly, and what can be done about it.
import { m } from '~/i18n';
import type { Account, ConnectionState } from '~/ipc/bindings.gen';

export interface ConnectionWords {
  tone: 'quiet' | 'warn' | 'danger';
  icon: 'ring' | 'reconnect' | 'offline' | 'key' | 'shield';
  text: string;
  action: { kind: 'connect' | 'signIn' | 'network'; text: string } | null;
}

function waiting(state: string, count: number): string {
  return count === 0 ? state : m.shell_waiting({ state, count });
}

/** null while all is well. `seconds` is what is left of the wait for the next attempt. */
export function connectionWords(
  account: Pick<Account, 'connection' | 'waiting'>,
  seconds: number | null,
): ConnectionWords | null {
  const state: ConnectionState = account.connection;
  const tryNow = { kind: 'connect' as const, text: m.shell_try_now() };
  /** What is in the way is put right there; the line goes on trying by itself. */
  const network = { kind: 'network' as const, text: m.shell_network() };
  switch (state.type) {
    case 'online':
      return null;
    case 'connecting':
      if (seconds === null || seconds <= 0) {
        return { tone: 'quiet', icon: 'ring', text: m.shell_connecting(), action: null };
      }
      return { tone: 'warn', icon: 'reconnect', text: m.shell_reconnecting({ seconds }), action: tryNow };
    case 'offline':
      switch (state.payload.reason) {
        case 'noNetwork':
          return {
            tone: 'warn',
            icon: 'offline',
            text: waiting(m.shell_offline(), account.waiting),
            action: null,
          };
        case 'unreachable':
          return {
            tone: 'warn',
            icon: 'offline',
            text: waiting(m.shell_unreachable(), account.waiting),
            action: tryNow,
          };
        case 'refused':
          return { tone: 'warn', icon: 'offline', text: m.shell_refused(), action: tryNow };
        case 'certificate':
          return { tone: 'danger', icon: 'shield', text: m.shell_certificate(), action: network };
        case 'proxy':
          return { tone: 'danger', icon: 'shield', text: m.shell_proxy(), action: network };
        case 'proxyLogin':
          return { tone: 'danger', icon: 'key', text: m.shell_proxy_login(), action: network };
        case 'unreadable':
        case 'laterVersion':
          return { tone: 'danger', icon: 'shield', text: unreadableWords(account) ?? '', action: null };
        case 'stopped':
          return {
            tone: 'warn',
            icon: 'offline',
            text: waiting(m.shell_stopped(), account.waiting),
            action: tryNow,
          };
      }
    case 'signedOut':
      return {
        tone: 'danger',
        icon: 'key',
        text:
          state.payload.reason === 'person'
            ? m.shell_signed_out()
            : state.payload.reason === 'replaced'
              ? m.shell_signed_out_replaced()
              : m.shell_signed_out_server(),
        action: { kind: 'signIn', text: m.shell_sign_in() },
      };
  }
}

/** What to do about an account whose messages on this computer do not open; null for one that opens. */
export function unreadableWords(account: Pick<Account, 'connection'>): string | null {
  if (account.connection.type !== 'offline') return null;
  const { reason } = account.connection.payload;
  if (reason === 'unreadable') return m.shell_unreadable();
  return reason === 'laterVersion' ? m.shell_later_version() : null;
}
