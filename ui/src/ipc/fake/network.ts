// The ways of the fake backend: nothing is reached, but everything can be chosen and looked at.
import type { Backend } from '../backend';
import type { Network, Proxy } from '../bindings.gen';
import type { Memory } from './memory';

const FINGERPRINT =
  '9C:2F:4B:E1:07:5A:D3:68:B0:1E:7C:93:5D:F4:A2:86:31:CE:0B:79:E8:54:2D:C6:17:FA:90:3B:6E:D8:45:A1';

type NetworkCommands = Pick<
  Backend,
  'network' | 'setProxy' | 'chooseAuthority' | 'removeAuthority' | 'tryNetwork'
>;

export function networkCommands(memory: Memory): NetworkCommands {
  let network: Network = { proxy: { type: 'system' }, authority: null };

  /** A password is kept for the same person at the same place. */
  function withPassword(proxy: Proxy, password: string | null): Proxy {
    if (proxy.type !== 'http' && proxy.type !== 'socks5') return proxy;
    const now = network.proxy;
    const known = now.type === 'http' || now.type === 'socks5' ? now.payload : null;
    const { host, port, name } = proxy.payload;
    const same = known?.host === host && known.port === port && known.name === name;
    const hasPassword = password === null ? same && known.hasPassword : password !== '';
    return { type: proxy.type, payload: { host, port, name, hasPassword } };
  }

  return {
    network: () => memory.answer(() => network),

    setProxy: (proxy, password) =>
      memory.act(['setProxy', proxy, password], () => {
        if (proxy.type === 'http' || proxy.type === 'socks5') {
          const { host, name } = proxy.payload;
          if (/[\s/@:]/.test(host)) memory.fail({ kind: 'invalidInput', field: 'proxyHost' });
          if (name === null && password !== null) memory.fail({ kind: 'invalidInput', field: 'proxyName' });
        }
        network = { ...network, proxy: withPassword(proxy, password) };
        return network;
      }),

    chooseAuthority: () =>
      memory.act(['chooseAuthority'], () => {
        network = { ...network, authority: { name: 'house-root.pem', fingerprints: [FINGERPRINT] } };
        return network;
      }),

    removeAuthority: () =>
      memory.act(['removeAuthority'], () => {
        network = { ...network, authority: null };
        return network;
      }),

    tryNetwork: (accountId) =>
      memory.act(['tryNetwork', accountId], () => {
        const { proxy } = network;
        const server = proxy.type === 'http' || proxy.type === 'socks5' ? proxy.payload : null;
        const via = server === null ? null : `${server.host}:${String(server.port)}`;
        if (server?.name === 'guest') {
          const error = { kind: 'proxy', host: server.host, problem: 'login' } as const;
          return { api: { type: 'no', error }, chat: { type: 'no', error }, proxy: via } as const;
        }
        return { api: { type: 'yes', ms: 34 }, chat: { type: 'yes', ms: 51 }, proxy: via } as const;
      }),
  };
}
