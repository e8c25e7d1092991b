// The fake microphone: it hears a voice that goes up and down. `microphone=` in the address line is why there is none
// (or `muted`); a test may also say that the recording ends: `fake.microphone.end('microphoneLost')`.
import type { AccountId, AppEvent, DialogId, MicrophoneProblem, VoiceEnd } from '../bindings.gen';

const LEVEL_MS = 50;
const LOUDEST = 31;

const PROBLEMS: readonly MicrophoneProblem[] = ['missing', 'notAllowed', 'busy', 'failed'];

export class Microphone {
  problem: MicrophoneProblem | null;
  /** Whether nothing is heard, as of a muted one. */
  muted = false;
  levels: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #target: { accountId: AccountId; dialogId: DialogId } | null = null;

  /** Whom the recording is for, until it is taken. */
  #dialogId: DialogId | null = null;

  constructor(
    private readonly emit: (event: AppEvent) => void,
    wanted: string | null,
  ) {
    this.muted = wanted === 'muted';
    this.problem = PROBLEMS.find((problem) => problem === wanted) ?? null;
  }

  get elapsedMs(): number {
    return this.levels.length * LEVEL_MS;
  }

  open(accountId: AccountId, dialogId: DialogId): void {
    this.close();
    this.levels = [];
    this.#target = { accountId, dialogId };
    this.#dialogId = dialogId;
    this.#timer = setInterval(() => this.hear(), LEVEL_MS);
  }

  /** Hears something: the next of its own levels, or what a test says. */
  hear(level = this.#next()): void {
    if (this.#target === null) return;
    this.levels.push(level);
    this.emit({ type: 'voiceLevel', payload: { ...this.#target, level, elapsedMs: this.elapsedMs } });
  }

  end(reason: VoiceEnd): void {
    if (this.#target === null) return;
    this.emit({ type: 'voiceEnded', payload: { ...this.#target, reason } });
    this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#target = null;
  }

  /** Whom the recording was for; that can be asked once. */
  takeDialog(): DialogId | null {
    const taken = this.#dialogId;
    this.#dialogId = null;
    return taken;
  }

  #next(): number {
    if (this.muted) return 0;
    const at = this.levels.length;
    return Math.round(LOUDEST * Math.abs(Math.sin(at / 3) * Math.sin(at / 17)));
  }
}
