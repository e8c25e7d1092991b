import { describe, expect, it } from 'vitest';
import {
  checkEndpoints,
  EMPTY_ENDPOINTS,
  hostOf,
  recallEndpoints,
  rememberEndpoints,
  targetOf,
  type EndpointsDraft,
} from './endpoints';

const GOOD: EndpointsDraft = {
  apiUrl: 'https://api.example.com',
  chatUrl: 'xmpps://chat.example.com:5223',
  domain: 'chat.example.com',
  appId: '8214',
  authKey: 'secret-key',
  caCert: '',
};

class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  clear(): void {
    this.#items.clear();
  }
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
}

describe('endpoints', () => {
  it('that are complete have no problems', () => {
    expect(checkEndpoints('custom', GOOD)).toEqual({});
    expect(checkEndpoints('cloud', { ...EMPTY_ENDPOINTS, appId: '1', authKey: 'k' })).toEqual({});
  });

  it('that are empty name every missing field, and only those of their kind', () => {
    expect(checkEndpoints('custom', EMPTY_ENDPOINTS)).toEqual({
      apiUrl: 'missing',
      chatUrl: 'missing',
      appId: 'missing',
      authKey: 'missing',
    });
    expect(checkEndpoints('cloud', EMPTY_ENDPOINTS)).toEqual({ appId: 'missing', authKey: 'missing' });
  });

  it.each([
    ['https://api.example.com', undefined],
    ['https://api.example.com:8443/v1', undefined],
    ['http://localhost:8080', undefined],
    ['http://127.0.0.1:8080', undefined],
    ['http://[::1]:8080', undefined],
    ['http://api.example.com', 'plainText'],
    ['api.example.com', 'notAnAddress'],
    ['ftp://api.example.com', 'notAnAddress'],
    ['https://', 'notAnAddress'],
    ['https://a b', 'notAnAddress'],
  ] as const)('check the API address %s', (apiUrl, problem) => {
    expect(checkEndpoints('custom', { ...GOOD, apiUrl }).apiUrl).toBe(problem);
  });

  it.each([
    ['wss://chat.example.com:5291', undefined],
    ['xmpps://chat.example.com', undefined],
    ['xmpp://chat.example.com:5222', undefined],
    ['ws://localhost:5280', undefined],
    ['ws://chat.example.com', 'plainText'],
    ['https://chat.example.com', 'notAnAddress'],
  ] as const)('check the chat address %s', (chatUrl, problem) => {
    expect(checkEndpoints('custom', { ...GOOD, chatUrl }).chatUrl).toBe(problem);
  });

  it.each([
    ['0', 'notANumber'],
    ['12a', 'notANumber'],
    ['-4', 'notANumber'],
    [' 42 ', undefined],
  ] as const)('check the application id %j', (appId, problem) => {
    expect(checkEndpoints('cloud', { ...GOOD, appId }).appId).toBe(problem);
  });

  it('refuse an address where a domain is wanted', () => {
    expect(checkEndpoints('custom', { ...GOOD, domain: 'https://chat.example.com' }).domain).toBe(
      'notAnAddress',
    );
    expect(checkEndpoints('custom', { ...GOOD, domain: '' }).domain).toBeUndefined();
  });

  it('become a target without blanks around them', () => {
    expect(
      targetOf('custom', { ...GOOD, apiUrl: ' https://api.example.com ', caCert: ' /etc/ca.pem' }),
    ).toEqual({
      type: 'custom',
      payload: {
        apiUrl: 'https://api.example.com',
        chatUrl: 'xmpps://chat.example.com:5223',
        domain: 'chat.example.com',
        appId: 8214,
        authKey: 'secret-key',
        caCert: '/etc/ca.pem',
      },
    });
    expect(targetOf('cloud', GOOD)).toEqual({
      type: 'cloud',
      payload: { appId: 8214, authKey: 'secret-key' },
    });
  });

  it('name their host', () => {
    expect(hostOf('custom', GOOD)).toBe('api.example.com');
    expect(hostOf('custom', { ...GOOD, apiUrl: 'half' })).toBe('half');
    expect(hostOf('cloud', GOOD)).toBe('api.connectycube.com');
  });
});

describe('remembered endpoints', () => {
  it('come back without the key', () => {
    const storage = new MemoryStorage();
    rememberEndpoints(storage, 'custom', GOOD);
    expect(recallEndpoints(storage, 'custom')).toEqual({ ...GOOD, authKey: '' });
    expect(storage.getItem('cubist.endpoints.custom')).not.toContain('secret-key');
  });

  it('of one kind do not fill the other', () => {
    const storage = new MemoryStorage();
    rememberEndpoints(storage, 'custom', GOOD);
    expect(recallEndpoints(storage, 'cloud')).toEqual(EMPTY_ENDPOINTS);
  });

  it.each(['{', 'null', '[]', '{"apiUrl":4}'])('survive a damaged note: %s', (note) => {
    const storage = new MemoryStorage();
    storage.setItem('cubist.endpoints.custom', note);
    expect(recallEndpoints(storage, 'custom')).toEqual(EMPTY_ENDPOINTS);
  });
});
