// The backend of the real window: the generated commands, and one channel for everything the engine says.
import { Channel, convertFileSrc, invoke } from '@tauri-apps/api/core';
import type { Backend, Commands } from './backend';
import { toIpcError } from './backend';
import { commands } from './bindings.gen';
import type { AppEvent, IpcError, Staging } from './bindings.gen';

/** Scheme under which the shell hands out pictures. */
const PICTURES = 'cubist-picture';

/** Scheme under which it hands out what hangs on messages. */
const ATTACHMENTS = 'cubist-attachment';

/** Scheme under which it hands out tiles of the map source that the person chose. */
const TILES = 'cubist-tile';

/** A command answers with one of two; a rejection (the bridge itself failed) becomes an internal error. */
type Answer = { status: 'ok'; data: unknown } | { status: 'error'; error: IpcError };

/** Carries the typed error through a rejected promise. */
export class BackendError extends Error {
  readonly kind: IpcError['kind'];

  constructor(error: IpcError) {
    super(error.kind);
    this.kind = error.kind;
    Object.assign(this, error);
  }
}

async function open(answer: Promise<Answer>): Promise<unknown> {
  let result: Answer;
  try {
    result = await answer;
  } catch (error) {
    throw new BackendError(toIpcError(error));
  }
  if (result.status === 'error') throw new BackendError(result.error);
  return result.data;
}

/** Every generated command, with its answer taken out of its envelope: the runtime half of `Commands`. */
function unwrapped(): Commands {
  const named = Object.entries(commands).map(([name, command]) => [
    name,
    (...args: unknown[]) => open((command as (...args: unknown[]) => Promise<Answer>)(...args)),
  ]);
  return Object.fromEntries(named) as Commands;
}

export function tauriBackend(): Backend {
  return {
    ...unwrapped(),
    async subscribe(onEvent: (event: AppEvent) => void): Promise<void> {
      const channel = new Channel<AppEvent>();
      channel.onmessage = onEvent;
      await open(commands.subscribe(channel));
    },
    pictureUrl(accountId, uid) {
      // The shell's own function knows the form of the system: a host of its own on Windows, a scheme elsewhere.
      return `${convertFileSrc('', PICTURES)}${accountId}/${encodeURIComponent(uid)}`;
    },
    attachmentUrl(accountId, messageId, index, size) {
      return `${convertFileSrc('', ATTACHMENTS)}${accountId}/${messageId}/${String(index)}?size=${size}`;
    },
    stagedUrl(accountId, id) {
      return `${convertFileSrc('', ATTACHMENTS)}${accountId}/staged/${String(id)}`;
    },
    mapTilesUrl() {
      return `${convertFileSrc('', TILES)}{z}/{x}/{y}`;
    },
    async stagePasted(accountId, dialogId, file, name) {
      // The bytes are the body of the call, so the rest goes into its headers.
      const headers = {
        'account-id': accountId,
        'dialog-id': dialogId,
        'file-name': encodeURIComponent(name),
      };
      const staging = invoke<Staging>('stage_pasted', await file.arrayBuffer(), { headers });
      return (await open(
        staging.then(
          (data): Answer => ({ status: 'ok', data }),
          (error: unknown): Answer => ({ status: 'error', error: toIpcError(error) }),
        ),
      )) as Staging;
    },
  };
}
