// Owns what was chosen to be sent with the next message of one chat. The engine keeps the files, over a restart too;
// their order and the way they are sent are of this window.
import type { Backend } from '~/ipc/backend';
import type { AccountId, DialogId, NewAttachment, RefusedFile, Staged, Staging } from '~/ipc/bindings.gen';

/** The engine takes this many on one message. */
export const TRAY_MOST = 30;

export class Tray {
  items = $state.raw<readonly Staged[]>([]);
  /** What was said and is not sent yet, oldest first. It is a message of its own, and shown by itself. */
  voices = $state.raw<readonly Staged[]>([]);
  /** Files that were not taken, until the person has read so. */
  refused = $state.raw<readonly RefusedFile[]>([]);
  /** Pictures go as they are, with everything that stands beside their pixels. */
  asFiles = $state(false);
  /** Files that are being read. */
  reading = $state(0);
  /** Files did not come at all: the dialog or the clipboard failed. */
  failed = $state(false);

  #loaded = false;
  /** What was put away while an answer was under way is not brought back by it. */
  readonly #gone = new Set<number>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    readonly dialogId: DialogId,
  ) {}

  /** The recording that is to be listened to or sent next. */
  get voice(): Staged | null {
    return this.voices[0] ?? null;
  }

  get bytes(): number {
    return this.items.reduce((sum, item) => sum + item.size, 0);
  }

  /** Whether the choice between picture and file makes a difference. */
  get hasPictures(): boolean {
    return this.items.some((item) => item.canBeImage);
  }

  /** Brings back what was chosen in an earlier run. Once. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    try {
      this.#take(await this.backend.staged(this.accountId, this.dialogId));
    } catch (error) {
      // The files stay with the draft; the next look at the chat finds them.
      this.#loaded = false;
      console.warn('chosen files were not brought back', error);
    }
  }

  /** Files of a message that was taken back are chosen again. */
  async bringBack(): Promise<void> {
    this.#loaded = false;
    await this.load();
  }

  /** Takes in what somebody chose, dropped or pasted; `count` is how many are on their way. */
  async add(coming: Promise<Staging>, count = 1): Promise<void> {
    this.reading += count;
    this.failed = false;
    try {
      const { staged, refused } = await coming;
      this.#take(staged);
      this.refused = [...this.refused, ...refused];
    } catch (error) {
      console.warn('files were not taken', error);
      this.failed = true;
    } finally {
      this.reading -= count;
    }
  }

  /** Takes in what is chosen already. */
  put(staged: Staged): void {
    this.#take([staged]);
  }

  /** Hands the recording over to a message; `restore` brings it back when that was not taken. */
  takeVoice(): { attachment: NewAttachment; restore: () => void } | null {
    const { voice } = this;
    if (voice === null) return null;
    this.#forget([voice.id]);
    return {
      attachment: { type: 'staged', payload: { id: voice.id, asFile: false } },
      restore: () => {
        this.#gone.delete(voice.id);
        this.voices = [voice, ...this.voices];
      },
    };
  }

  /** Puts one away. */
  remove(id: number): void {
    this.#forget([id]);
    this.backend.unstage(this.accountId, [id]).catch((error: unknown) => {
      console.warn('a chosen file was not put away', error);
    });
  }

  /** Moves one to another place. */
  move(id: number, to: number): void {
    const from = this.items.findIndex((item) => item.id === id);
    const item = this.items[from];
    if (!item) return;
    const rest = this.items.filter((each) => each.id !== id);
    const place = Math.max(0, Math.min(rest.length, to));
    if (place === from) return;
    this.items = [...rest.slice(0, place), item, ...rest.slice(place)];
  }

  /** The person has read what was not taken. */
  dismiss(): void {
    this.refused = [];
    this.failed = false;
  }

  /** Hands everything over to a message; `restore` brings it back when that was not taken. */
  take(): { attachments: NewAttachment[]; restore: () => void } {
    const { items, asFiles } = this;
    const taken = items.slice(0, TRAY_MOST);
    this.#forget(taken.map((item) => item.id));
    this.refused = [];
    return {
      attachments: taken.map(({ id }) => ({ type: 'staged', payload: { id, asFile: asFiles } })),
      restore: () => {
        for (const { id } of taken) this.#gone.delete(id);
        this.items = [...taken, ...this.items];
      },
    };
  }

  #take(staged: readonly Staged[]): void {
    const here = new Set([...this.items, ...this.voices].map((item) => item.id));
    const fresh = staged.filter((item) => !here.has(item.id) && !this.#gone.has(item.id));
    const voices = fresh.filter((item) => item.kind === 'voice');
    if (voices.length > 0) this.voices = [...this.voices, ...voices];
    if (fresh.length > voices.length) {
      this.items = [...this.items, ...fresh.filter((item) => item.kind !== 'voice')];
    }
  }

  #forget(ids: readonly number[]): void {
    for (const id of ids) this.#gone.add(id);
    this.items = this.items.filter((item) => !ids.includes(item.id));
    this.voices = this.voices.filter((item) => !ids.includes(item.id));
    if (this.items.length === 0) this.asFiles = false;
  }
}

/** The trays of one account, each made when its chat is first looked at. */
export class Trays {
  readonly #trays = new Map<DialogId, Tray>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
  ) {}

  of(dialogId: DialogId): Tray {
    let tray = this.#trays.get(dialogId);
    if (!tray) {
      tray = new Tray(this.backend, this.accountId, dialogId);
      this.#trays.set(dialogId, tray);
    }
    return tray;
  }
}
