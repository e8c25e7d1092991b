// What is said about a recording that did not become what was wanted, and what can be done.
import { m } from '~/i18n';
import type { IpcError, VoiceEnd } from '~/ipc/bindings.gen';
import { errorSentence } from '~/lib/errorSentence';

/** Why a recording did not begin, or was not kept. */
export function voiceSentence(error: IpcError): string {
  return errorSentence(error, { storage: m.voice_storage() });
}

/** Why a recording ended by itself. */
export function endSentence(end: VoiceEnd): string {
  switch (end) {
    case 'limit':
      return m.voice_ended_limit();
    case 'microphoneLost':
      return m.voice_ended_lost();
    case 'disk':
      return m.voice_ended_disk();
  }
}
