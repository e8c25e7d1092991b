// Owns the one recording of an account: what is being said now, until it is kept with the draft of its chat.
// The sound itself never comes here; the engine writes it to the disk and tells how loud it is.
import type { Backend } from '~/ipc/backend';
import { toIpcError } from '~/ipc/backend';
import type { AccountId, DialogId, IpcError, MicrophoneProblem, Staged, VoiceEnd } from '~/ipc/bindings.gen';

/** Levels that are drawn: as many bars as fit into the widest composer. */
export const LEVELS = 160;

/** What is longer is not thrown away without a question, ms. */
export const LONG_MS = 10_000;

/** So long without any sound is no pause for thought: the microphone is muted, ms. */
const SILENT_MS = 3000;

export type Phase = 'idle' | 'starting' | 'recording' | 'ended' | 'stopping';

export class Recorder {
  phase = $state<Phase>('idle');
  /** The chat that is spoken to. */
  dialogId = $state<DialogId | null>(null);
  elapsedMs = $state(0);
  /** The last levels, 0 to 31, newest at the end. */
  levels = $state.raw<readonly number[]>([]);
  /** Nothing was heard since the beginning. */
  silent = $state(false);
  /** Why it ended by itself. */
  ended = $state<VoiceEnd | null>(null);
  /** Why the microphone cannot be used, as far as it is known. */
  problem = $state<MicrophoneProblem | null>(null);
  /** Why a recording did not begin, or was not kept. */
  error = $state.raw<IpcError | null>(null);

  #checked = false;
  #spoken = false;
  #left = false;

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  /** Whether this chat is spoken to now. */
  isFor(dialogId: DialogId): boolean {
    return this.dialogId === dialogId && this.phase !== 'idle';
  }

  /** Looks whether there is a microphone, once: before the button is pressed it says so already. */
  async check(): Promise<void> {
    if (this.#checked) return;
    this.#checked = true;
    try {
      this.problem = await this.backend.voiceAvailable();
    } catch (error) {
      console.warn('the microphone was not looked for', error);
    }
  }

  /** Begins to record for a chat. */
  async start(dialogId: DialogId): Promise<void> {
    if (this.phase !== 'idle') return;
    this.#clear();
    this.dialogId = dialogId;
    this.phase = 'starting';
    try {
      await this.backend.startVoice(this.accountId, dialogId);
      this.problem = null;
      this.#move('starting', 'recording');
      if (this.#left) await this.cancel();
    } catch (reason) {
      this.#refused(toIpcError(reason));
    }
  }

  /** Ends the recording and gives it back; null when there is none worth keeping. */
  async stop(): Promise<Staged | null> {
    if (this.phase !== 'recording' && this.phase !== 'ended') return null;
    this.phase = 'stopping';
    try {
      return await this.backend.stopVoice();
    } catch (reason) {
      this.error = toIpcError(reason);
      return null;
    } finally {
      this.phase = 'idle';
    }
  }

  /** Its chat is looked at no longer: ends it and gives it back. One that only begins ends without a word. */
  async leave(): Promise<Staged | null> {
    if (this.phase === 'starting') this.#left = true;
    this.error = null;
    const staged = await this.stop();
    // Too short to be kept, or refused: nobody is there to read why.
    this.error = null;
    return staged;
  }

  /** Throws away what was said. */
  async cancel(): Promise<void> {
    if (this.phase === 'idle' || this.phase === 'stopping') return;
    this.phase = 'stopping';
    try {
      await this.backend.cancelVoice();
    } catch (reason) {
      this.error = toIpcError(reason);
    } finally {
      this.phase = 'idle';
    }
  }

  /** The person has read what went wrong. */
  dismiss(): void {
    this.error = null;
    this.ended = null;
  }

  /** The engine heard something. */
  heard(dialogId: DialogId, level: number, elapsedMs: number): void {
    if (this.dialogId !== dialogId || this.phase === 'idle' || this.phase === 'stopping') return;
    // Sound may be faster than the answer that it flows.
    this.#move('starting', 'recording');
    this.elapsedMs = elapsedMs;
    this.levels = [...this.levels.slice(1 - LEVELS), level];
    if (level > 0) this.#spoken = true;
    this.silent = !this.#spoken && elapsedMs >= SILENT_MS;
  }

  /** The engine ended the recording by itself; what was said waits to be taken. */
  endedBy(dialogId: DialogId, reason: VoiceEnd): void {
    if (this.dialogId !== dialogId || (this.phase !== 'recording' && this.phase !== 'starting')) return;
    this.ended = reason;
    this.phase = 'ended';
  }

  #move(from: Phase, to: Phase): void {
    if (this.phase === from) this.phase = to;
  }

  #refused(error: IpcError): void {
    this.phase = 'idle';
    if (error.kind === 'microphone') this.problem = error.reason;
    this.error = error;
  }

  #clear(): void {
    this.elapsedMs = 0;
    this.levels = [];
    this.silent = false;
    this.ended = null;
    this.error = null;
    this.#spoken = false;
    this.#left = false;
  }
}
