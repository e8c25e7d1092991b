// Owns what was chosen to be sent with the next message of one chat. The engine keeps it over a restart: the files, their
// order and the way they are sent.
import type { Backend } from '~/ipc/backend';
import type { AccountId, DialogId, NewAttachment, RefusedFile, Staged, Staging } from '~/ipc/bindings.gen';
import { filmFrame } from '~/lib/filmFrame';

/** The engine takes this many on one message. */
export const TRAY_MOST = 30;

export class Tray {
  items = $state.raw<readonly Staged[]>([]);
  /** What was said and is not sent yet, oldest first. It is a message of its own, and shown by itself. */
  voices = $state.raw<readonly Staged[]>([]);
  /** Files that were not taken, until the person has read so. */
  refused = $state.raw<readonly RefusedFile[]>([]);
  /** Files that are being read. */
  reading = $state(0);
  /** Files did not come at all: the dialog or the clipboard failed. */
  failed = $state(false);

  #loaded = false;
  /** The engine is being told how the tray stands; what changed meanwhile is told after it. */
  #telling = false;
  #changed = false;
  /** Films whose posters were drawn here. */
  readonly #posters = new Set<number>();
  /** Posters are drawn one after another: each needs a decoder. */
  #drawing: Promise<void> = Promise.resolve();
  /** What was put away while an answer was under way is not brought back by it. */
  readonly #gone = new Set<number>();

  constructor(
    private readonly backend: Backend,
    private readonly accountId: AccountId,
    readonly dialogId: DialogId,
    /** Draws one of the first frames of a film; null where that cannot be done. */
    private readonly frame: (url: string) => Promise<string | null> = filmFrame,
  ) {}

  /** All pictures go as they are, with everything that stands beside their pixels. */
  get asFiles(): boolean {
    const pictures = this.items.filter((item) => item.canBeImage);
    return pictures.length > 0 && pictures.every((item) => item.asFile);
  }

  set asFiles(wanted: boolean) {
    if (this.items.every((item) => item.asFile === wanted)) return;
    this.items = this.items.map((item) => ({ ...item, asFile: wanted }));
    this.#tell();
  }

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

  /**
   * Takes in what somebody chose, dropped or pasted.
   *
   * @param count how many are on their way
   * @param way what the person said of these; nothing changes for those that are here. Without a word they go the way of
   *   the others.
   */
  async add(coming: Promise<Staging>, count = 1, way: 'pictures' | 'files' | null = null): Promise<void> {
    this.reading += count;
    this.failed = false;
    try {
      const { staged, refused } = await coming;
      const asFile = way === null ? this.asFiles : way === 'files';
      this.#take(staged.map((item) => ({ ...item, asFile })));
      if (asFile) this.#tell();
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
    this.#tell();
  }

  /** The person has read what was not taken. */
  dismiss(): void {
    this.refused = [];
    this.failed = false;
  }

  /** Hands everything over to a message; `restore` brings it back when that was not taken. */
  take(): { attachments: NewAttachment[]; restore: () => void } {
    const taken = this.items.slice(0, TRAY_MOST);
    this.#forget(taken.map((item) => item.id));
    this.refused = [];
    return {
      attachments: taken.map(({ id, asFile }) => ({ type: 'staged', payload: { id, asFile } })),
      restore: () => {
        for (const { id } of taken) this.#gone.delete(id);
        this.items = [...taken.map((item) => this.#withPoster(item)), ...this.items];
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
    for (const { id, kind, hasPicture } of fresh) {
      if (kind === 'video' && !hasPicture) this.#drawing = this.#drawing.then(() => this.#draw(id));
    }
  }

  /** Draws the poster of a film. Nothing waits for it: a message that is sent before it is there takes it along later. */
  async #draw(id: number): Promise<void> {
    try {
      const { url } = await this.backend.openStaged(this.accountId, id);
      const frame = await this.frame(url);
      if (frame === null) return;
      await this.backend.setPoster(this.accountId, id, frame);
      this.#posters.add(id);
      this.items = this.items.map((item) => this.#withPoster(item));
    } catch (error) {
      // It was put away, or has left already.
      console.debug('a film has no poster', error);
    }
  }

  #withPoster(item: Staged): Staged {
    return this.#posters.has(item.id) ? { ...item, hasPicture: true } : item;
  }

  /** Lets the engine keep the order and the way of sending. */
  #tell(): void {
    this.#changed = true;
    if (this.#telling) return;
    this.#telling = true;
    void this.#tellAll().finally(() => (this.#telling = false));
  }

  async #tellAll(): Promise<void> {
    while (this.#changed) {
      this.#changed = false;
      const ids = this.items.map((item) => item.id);
      if (ids.length === 0) continue;
      try {
        const asFiles = this.items.filter((item) => item.asFile).map((item) => item.id);
        await this.backend.arrangeStaged(this.accountId, this.dialogId, ids, asFiles);
      } catch (error) {
        // As it stands here it is sent; a restart would bring back the order of choosing.
        console.warn('the order of chosen files was not kept', error);
      }
    }
  }

  #forget(ids: readonly number[]): void {
    for (const id of ids) this.#gone.add(id);
    this.items = this.items.filter((item) => !ids.includes(item.id));
    this.voices = this.voices.filter((item) => !ids.includes(item.id));
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
