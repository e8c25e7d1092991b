// What the address line of the browser chooses: the state of the world, and which commands fail.
import type { ConnectionState, IpcError } from '../bindings.gen';

export const STATES = [
  'main',
  'empty',
  'loading',
  'failed',
  'gap',
  'connecting',
  'reconnecting',
  'offline',
  'certificate',
  'proxyLogin',
  'signedOut',
  /** The engine does not open. */
  'startFailed',
  'firstRun',
  'needsChoice',
  'locked',
  'wrong',
  /** Pinned, muted, archived and marked chats, folders, a chat I am no longer in, chats of my own of every kind. */
  'organised',
  /** People blocked both ways, several privacy lists, a message that a block refused. */
  'blocked',
  /** A chat (`open=full`) with every part a message can have. */
  'full',
  /** A chat (`open=files`) with attachments of every kind, in every state. */
  'files',
  /** The open chat goes away a moment after it was opened. */
  'gone',
] as const;

export type StateName = (typeof STATES)[number];

export function stateOf(name: string | null): StateName {
  return STATES.find((each) => each === name) ?? 'main';
}

export function connectionOf(state: StateName): ConnectionState {
  switch (state) {
    case 'connecting':
      return { type: 'connecting', payload: { attempt: 1, nextInMs: null } };
    case 'reconnecting':
      return { type: 'connecting', payload: { attempt: 3, nextInMs: 6000 } };
    case 'offline':
      return { type: 'offline', payload: { reason: 'noNetwork' } };
    case 'certificate':
      return { type: 'offline', payload: { reason: 'certificate' } };
    case 'proxyLogin':
      return { type: 'offline', payload: { reason: 'proxyLogin' } };
    case 'signedOut':
      return { type: 'signedOut', payload: { reason: 'credentials' } };
    case 'main':
    case 'full':
    case 'files':
    case 'empty':
    case 'loading':
    case 'failed':
    case 'gap':
    case 'startFailed':
    case 'firstRun':
    case 'needsChoice':
    case 'locked':
    case 'wrong':
    case 'organised':
    case 'blocked':
    case 'gone':
      return { type: 'online' };
  }
}

/** One of each kind of error, as the shell would word it. */
const ERRORS: readonly IpcError[] = [
  { kind: 'offline' },
  { kind: 'unreachable', host: 'api.example.org' },
  { kind: 'certificate', host: 'api.example.org' },
  { kind: 'proxy', host: 'proxy.example.org', problem: 'login' },
  { kind: 'credentials' },
  { kind: 'switchedOff' },
  { kind: 'notFound' },
  { kind: 'forbidden' },
  { kind: 'tooMany', limit: 5 },
  { kind: 'unsupportedPicture' },
  { kind: 'unsafeFile' },
  { kind: 'microphone', reason: 'missing' },
  { kind: 'tooShort' },
  {
    kind: 'validation',
    fields: [{ field: 'name', message: 'is too long (maximum is 200 characters)' }],
  },
  { kind: 'rateLimited', retryAfterMs: 4000 },
  { kind: 'server', status: 500, message: 'Internal server error' },
  { kind: 'keysLocked' },
  { kind: 'wrongCode' },
  { kind: 'tooManyAttempts', waitMs: 4000 },
  { kind: 'keychainUnavailable' },
  { kind: 'wrongPassphrase' },
  { kind: 'localBackend', message: 'port in use' },
  { kind: 'invalidInput', field: 'name' },
  { kind: 'storage', message: 'disk I/O error' },
  { kind: 'internal', message: 'unexpected' },
];

/** What the server says of people without an account: `&fail=addOccupants:unknownPerson`. */
const UNKNOWN_PERSON: IpcError = {
  kind: 'validation',
  fields: [{ field: 'occupants_ids', message: 'names 999999, who does not exist' }],
};

/**
 * Reads `&fail=`: one kind of error for every command that changes something (`forbidden`), or for some of them
 * (`addAdmins:tooMany,leaveDialog:offline`).
 */
export function failuresOf(text: string | null): (command: string) => IpcError | undefined {
  const wanted = new Map<string, IpcError>();
  for (const part of (text ?? '').split(',')) {
    const [command, kind] = part.includes(':') ? part.split(':') : ['*', part];
    const error = kind === 'unknownPerson' ? UNKNOWN_PERSON : ERRORS.find((each) => each.kind === kind);
    if (command !== undefined && error) wanted.set(command, error);
  }
  return (command) => wanted.get(command) ?? wanted.get('*');
}
