// Owns the person's choices. The window wins: a change shows at once, and counts for what is done next.
import type { Backend } from '~/ipc/backend';
import type { Settings } from '~/ipc/bindings.gen';

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  language: null,
  textScale: 1,
  zoom: 100,
  sendWithEnter: true,
  shortcuts: {},
  linkPreviews: true,
  undoSendS: 0,
  keepLocalBackend: false,
  listWidth: 320,
  inactiveAfterS: 300,
  lockAfterS: 900,
  lockWithScreen: true,
  autoDownload: { images: 10_485_760, files: 1_048_576, onMetered: false },
  cacheBudgetBytes: 2_147_483_648,
  mapTiles: null,
  notifications: { about: 'everything', shows: 'text', sound: 'message', quietHours: null },
  quietUntil: null,
  trayIcon: true,
  closeToTray: false,
  lastAccount: null,
  lastDialog: null,
};

export class SettingsStore {
  current = $state.raw<Settings>(DEFAULT_SETTINGS);
  /** What is on the disk, or on its way there. */
  #written: Settings = DEFAULT_SETTINGS;
  #writing: Promise<void> | null = null;

  constructor(private readonly backend: Backend) {}

  load(settings: Settings): void {
    this.current = settings;
    this.#written = settings;
  }

  /** Takes over what was changed outside the page; choices that still wait to be written stay. */
  heard(change: Partial<Settings>): void {
    const isWritten = this.#written === this.current;
    this.current = { ...this.current, ...change };
    if (isWritten) this.#written = this.current;
  }

  /**
   * Changes some choices and writes them at once: a message that is sent a moment later must already heed them.
   *
   * While one write is under way the changes wait, and go together after it: they can not overtake one another.
   */
  update(change: Partial<Settings>): void {
    this.current = { ...this.current, ...change };
    void this.flush();
  }

  /** Ends when everything that was chosen is written, for instance before the window closes. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#written !== this.current) {
      this.#written = this.current;
      try {
        await this.backend.saveSettings(this.#written);
      } catch (error) {
        // The choice holds for this session; there is nothing the person could do about the file.
        console.warn('settings were not saved', error);
      }
    }
  }
}
