// The fake commands of voice messages.
import type { Backend } from '../backend';
import type { Staged } from '../bindings.gen';
import { stage } from './attachments';
import type { Memory } from './memory';
import type { Microphone } from './microphone';

type VoiceCommands = Pick<Backend, 'voiceAvailable' | 'startVoice' | 'stopVoice' | 'cancelVoice'>;

const SHORTEST_MS = 500;
const MOST_BARS = 64;
/** Bytes of a second at 24 kbit/s. */
const BYTES_A_SECOND = 3000;

export function voiceCommands(memory: Memory): VoiceCommands {
  const microphone = memory.microphone;
  return {
    async voiceAvailable() {
      return memory.answer(() => microphone.problem);
    },

    async startVoice(accountId, dialogId) {
      await memory.act(['startVoice', dialogId], () => {
        if (microphone.problem !== null) memory.fail({ kind: 'microphone', reason: microphone.problem });
        microphone.open(accountId, dialogId);
      });
    },

    async stopVoice() {
      return memory.act(['stopVoice'], () => {
        microphone.close();
        const dialogId = microphone.takeDialog() ?? memory.fail({ kind: 'notFound' });
        if (microphone.elapsedMs < SHORTEST_MS) memory.fail({ kind: 'tooShort' });
        const [kept] = stage(memory, dialogId, [recorded(microphone)]).staged;
        return kept ?? memory.fail({ kind: 'notFound' });
      });
    },

    async cancelVoice() {
      await memory.act(['cancelVoice'], () => {
        microphone.close();
        microphone.takeDialog();
      });
    },
  };
}

function recorded(microphone: Microphone): Omit<Staged, 'id'> {
  const { levels, elapsedMs } = microphone;
  const count = Math.min(MOST_BARS, levels.length);
  return {
    kind: 'voice',
    name: 'voice.ogg',
    size: Math.round((elapsedMs / 1000) * BYTES_A_SECOND),
    contentType: 'audio/ogg',
    width: null,
    height: null,
    durationMs: elapsedMs,
    waveform: Array.from(
      { length: count },
      (_, bar) => levels[Math.floor((bar * levels.length) / count)] ?? 0,
    ),
    canBeImage: false,
    asFile: false,
    hasPicture: false,
  };
}
