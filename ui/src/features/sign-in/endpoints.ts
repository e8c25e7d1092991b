// Where to sign in, as typed by a person: checked field by field, remembered without its secret, and turned into
// the target that crosses the border.
import type { Target } from '~/ipc/bindings.gen';

/** What the form holds: text, as typed. */
export interface EndpointsDraft {
  apiUrl: string;
  chatUrl: string;
  domain: string;
  appId: string;
  authKey: string;
  caCert: string;
}

export type EndpointsField = keyof EndpointsDraft;
/** Why a field cannot be used. */
export type EndpointsProblem = 'missing' | 'notAnAddress' | 'plainText' | 'notANumber';
export type EndpointsProblems = Partial<Record<EndpointsField, EndpointsProblem>>;
/** Kinds of target whose endpoints are typed. */
export type TypedOrigin = 'cloud' | 'custom';

export const EMPTY_ENDPOINTS: EndpointsDraft = {
  apiUrl: '',
  chatUrl: '',
  domain: '',
  appId: '',
  authKey: '',
  caCert: '',
};

/** The cloud's API server, shown where the form has no address of its own. */
export const CLOUD_HOST = 'api.connectycube.com';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

function addressProblem(
  text: string,
  safe: readonly string[],
  plain: readonly string[],
): EndpointsProblem | undefined {
  if (text.trim() === '') return 'missing';
  const match = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]+\]|[^/?#:\s]+)(:\d{1,5})?([/?#]\S*)?$/i.exec(text.trim());
  const scheme = match?.[1]?.toLowerCase();
  const host = match?.[2]?.toLowerCase();
  if (scheme === undefined || host === undefined) return 'notAnAddress';
  if (safe.includes(scheme)) return undefined;
  if (!plain.includes(scheme)) return 'notAnAddress';
  // A password must not travel in the clear, except inside this computer.
  return LOOPBACK.has(host) ? undefined : 'plainText';
}

/** Everything that is wrong, by field; empty means that the target can be used. */
export function checkEndpoints(origin: TypedOrigin, draft: EndpointsDraft): EndpointsProblems {
  const problems: EndpointsProblems = {};
  if (origin === 'custom') {
    const api = addressProblem(draft.apiUrl, ['https'], ['http']);
    if (api !== undefined) problems.apiUrl = api;
    // xmpp:// means STARTTLS, so it is safe as well.
    const chat = addressProblem(draft.chatUrl, ['wss', 'xmpps', 'xmpp'], ['ws']);
    if (chat !== undefined) problems.chatUrl = chat;
    if (/[\s/:@]/u.test(draft.domain.trim())) problems.domain = 'notAnAddress';
  }
  const appId = draft.appId.trim();
  if (appId === '') problems.appId = 'missing';
  else if (!/^[1-9]\d{0,14}$/.test(appId)) problems.appId = 'notANumber';
  if (draft.authKey.trim() === '') problems.authKey = 'missing';
  return problems;
}

/** The target of a checked draft. */
export function targetOf(origin: TypedOrigin, draft: EndpointsDraft): Target {
  const appId = Number(draft.appId.trim());
  const authKey = draft.authKey.trim();
  if (origin === 'cloud') return { type: 'cloud', payload: { appId, authKey } };
  const caCert = draft.caCert.trim();
  return {
    type: 'custom',
    payload: {
      apiUrl: draft.apiUrl.trim(),
      chatUrl: draft.chatUrl.trim(),
      domain: draft.domain.trim(),
      appId,
      authKey,
      caCert: caCert === '' ? null : caCert,
    },
  };
}

/** The host that is named below the form. */
export function hostOf(origin: TypedOrigin, draft: EndpointsDraft): string {
  if (origin === 'cloud') return CLOUD_HOST;
  return URL.canParse(draft.apiUrl.trim()) ? new URL(draft.apiUrl.trim()).host : draft.apiUrl.trim();
}

const STORAGE_KEY = 'cubist.endpoints';

/** What was typed last time. The authorization key is a secret and never among it. */
export function recallEndpoints(storage: Storage, origin: TypedOrigin): EndpointsDraft {
  try {
    const all: unknown = JSON.parse(storage.getItem(`${STORAGE_KEY}.${origin}`) ?? '{}');
    const draft = { ...EMPTY_ENDPOINTS };
    if (typeof all !== 'object' || all === null) return draft;
    for (const field of ['apiUrl', 'chatUrl', 'domain', 'appId', 'caCert'] as const) {
      const value: unknown = (all as Record<string, unknown>)[field];
      if (typeof value === 'string') draft[field] = value;
    }
    return draft;
  } catch {
    // A damaged note is worth nothing; the person types again.
    return { ...EMPTY_ENDPOINTS };
  }
}

/** Called once they worked. */
export function rememberEndpoints(storage: Storage, origin: TypedOrigin, draft: EndpointsDraft): void {
  const { apiUrl, chatUrl, domain, appId, caCert } = draft;
  const kept = origin === 'cloud' ? { appId } : { apiUrl, chatUrl, domain, appId, caCert };
  try {
    storage.setItem(`${STORAGE_KEY}.${origin}`, JSON.stringify(kept));
  } catch {
    // No room: only the convenience is lost.
  }
}
