// Owns how it stands with new versions of the program, and the steps from finding one to starting it.
import type { Backend } from '~/ipc/backend';
import type { UpdateState } from '~/ipc/bindings.gen';

type Steps = Pick<Backend, 'lookForUpdate' | 'loadUpdate' | 'installUpdate' | 'restart'>;

export class Updates {
  current = $state.raw<UpdateState>({
    origin: 'nobody',
    step: 'idle',
    percent: null,
    lookedAt: null,
    release: null,
    problem: null,
  });

  /**
   * @param keep Writes down what was typed.
   * @param found Told of each version that was not there before.
   */
  constructor(
    private readonly backend: Steps,
    private readonly keep: () => Promise<void>,
    private readonly found: (version: string) => void,
  ) {}

  /** Whether something is being done about it. What is here or installed already waits for the person. */
  get busy(): boolean {
    return ['looking', 'loading', 'installing'].includes(this.current.step);
  }

  /** The shell's word of how it stands. */
  set(state: UpdateState): void {
    const before = this.current.release?.version;
    this.current = state;
    const version = state.release?.version;
    if (version !== undefined && version !== before) this.found(version);
  }

  async look(): Promise<void> {
    this.set(await this.backend.lookForUpdate());
  }

  /** Loads the version that is there, puts it in the place of this one and starts it; stops where something is wrong. */
  async install(): Promise<void> {
    if (this.current.step !== 'installed') {
      const loaded = await this.backend.loadUpdate();
      this.set(loaded);
      if (loaded.step !== 'loaded') return;
      // On Windows the program ends while it is installed; elsewhere one may go on typing meanwhile.
      await this.keep();
      const installed = await this.backend.installUpdate();
      this.set(installed);
      if (installed.step !== 'installed') return;
    }
    await this.keep();
    await this.backend.restart();
  }
}
