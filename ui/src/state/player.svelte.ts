// Owns what is heard: one sound at a time in the whole window, its place, its speed, and what follows it.
// The sound itself is the webview's; where its bytes are, the engine says.
import type { AccountId, MessageId } from '~/ipc/bindings.gen';

/** A sound is named as every attachment is. */
export interface Sound {
  accountId: AccountId;
  messageId: MessageId;
  index: number;
}

/** What the player does with one sound. */
export interface SoundState {
  phase: 'loading' | 'playing' | 'paused' | 'failed';
  /** Milliseconds from its beginning. */
  position: number;
  /** Milliseconds; null until the file itself has said it. */
  duration: number | null;
  speed: number;
}

/** The part of an audio element that is used. */
export type SoundElement = Pick<
  HTMLAudioElement,
  | 'src'
  | 'currentTime'
  | 'duration'
  | 'playbackRate'
  | 'preload'
  | 'play'
  | 'pause'
  | 'addEventListener'
  | 'removeAttribute'
  | 'load'
>;

const SPEEDS = [1, 1.5, 2] as const;

export class Player {
  current = $state.raw<Sound | null>(null);
  #phase = $state<SoundState['phase']>('paused');
  #position = $state(0);
  #duration = $state<number | null>(null);
  /** Holds for every sound that follows: who listens faster does so for a while. */
  #speed = $state<number>(SPEEDS[0]);
  /** Where sounds were left, so that going on does not begin anew. */
  readonly #left = new Map<string, number>();
  #element: SoundElement | null = null;
  /** Answers for a sound that is no longer the current one are thrown away. */
  #run = 0;
  /** Films that play, and stop when a sound begins. */
  readonly #films = new Set<HTMLMediaElement>();
  /** What plays on after a sound; the open chat says. */
  next: (sound: Sound) => Sound | null = () => null;

  constructor(
    /** The address of a sound on this computer. */
    private readonly open: (sound: Sound) => Promise<string>,
    private readonly make: () => SoundElement = () => new Audio(),
  ) {}

  /** What is done with this sound; null when it is not the current one. */
  of(messageId: MessageId, index: number): SoundState | null {
    if (this.current?.messageId !== messageId || this.current.index !== index) return null;
    return {
      phase: this.#phase,
      position: this.#position,
      duration: this.#duration,
      speed: this.#speed,
    };
  }

  /** Plays, or pauses what plays. */
  async toggle(sound: Sound): Promise<void> {
    if (this.#isCurrent(sound) && this.#phase !== 'failed') {
      if (this.#phase === 'paused') await this.#start(this.#run);
      else this.pause();
      return;
    }
    await this.#load(sound);
  }

  pause(): void {
    if (this.current === null || this.#phase === 'failed') return;
    this.#element?.pause();
    this.#keepPlace();
    this.#phase = 'paused';
  }

  /** Goes to a place in a sound; one that is not the current one begins there. */
  async seek(sound: Sound, millis: number): Promise<void> {
    if (!this.#isCurrent(sound)) {
      this.#left.set(keyOf(sound), millis);
      await this.#load(sound);
      return;
    }
    this.#position = millis;
    if (this.#element) this.#element.currentTime = millis / 1000;
    this.#left.set(keyOf(sound), millis);
  }

  /** The next speed, around again after the fastest. */
  faster(): void {
    const at = SPEEDS.findIndex((speed) => speed === this.#speed);
    this.#speed = SPEEDS[(at + 1) % SPEEDS.length] ?? 1;
    if (this.#element) this.#element.playbackRate = this.#speed;
  }

  /** A film begins: sounds and other films stop. Call the answer when it is gone. */
  film(element: HTMLMediaElement): () => void {
    for (const other of this.#films) if (other !== element) other.pause();
    this.#films.add(element);
    this.pause();
    return () => this.#films.delete(element);
  }

  /** Nothing is heard any more, for instance because its chat is left. */
  stop(): void {
    this.#run += 1;
    this.#element?.pause();
    this.#keepPlace();
    this.#release();
    this.current = null;
  }

  #isCurrent(sound: Sound): boolean {
    return this.current !== null && keyOf(this.current) === keyOf(sound);
  }

  #keepPlace(): void {
    if (this.current !== null) this.#left.set(keyOf(this.current), this.#position);
  }

  #release(): void {
    // An element without an address lets go of its connection and its decoder.
    this.#element?.removeAttribute('src');
    this.#element?.load();
    this.#element = null;
  }

  async #load(sound: Sound): Promise<void> {
    this.stop();
    for (const film of this.#films) film.pause();
    const run = this.#run;
    this.current = sound;
    this.#phase = 'loading';
    this.#position = this.#left.get(keyOf(sound)) ?? 0;
    this.#duration = null;
    try {
      const url = await this.open(sound);
      if (run !== this.#run) return;
      const element = this.make();
      this.#listen(element, run);
      element.preload = 'auto';
      element.src = url;
      element.playbackRate = this.#speed;
      if (this.#position > 0) element.currentTime = this.#position / 1000;
      this.#element = element;
      await this.#start(run);
    } catch {
      if (run === this.#run) this.#phase = 'failed';
    }
  }

  async #start(run: number): Promise<void> {
    if (this.#element === null) return;
    this.#phase = 'loading';
    try {
      await this.#element.play();
      if (run === this.#run && this.#phase === 'loading') this.#phase = 'playing';
    } catch (error) {
      if (run !== this.#run) return;
      // Paused before it had begun is no failure.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.#phase = 'failed';
    }
  }

  #listen(element: SoundElement, run: number): void {
    const when = (event: string, act: () => void): void =>
      element.addEventListener(event, () => {
        if (run === this.#run) act();
      });
    when('timeupdate', () => (this.#position = element.currentTime * 1000));
    when('durationchange', () => {
      // A stream of unknown length says infinity until its end is reached.
      this.#duration = Number.isFinite(element.duration) ? element.duration * 1000 : null;
    });
    when('error', () => (this.#phase = 'failed'));
    when('ended', () => this.#ended());
  }

  #ended(): void {
    const sound = this.current;
    if (sound === null) return;
    this.#left.delete(keyOf(sound));
    this.#position = 0;
    this.#phase = 'paused';
    const next = this.next(sound);
    this.stop();
    if (next !== null) void this.#load(next);
  }
}

function keyOf({ accountId, messageId, index }: Sound): string {
  return `${accountId}/${messageId}/${String(index)}`;
}
