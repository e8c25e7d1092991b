// Owns the person's choices. The window wins: a change shows at once and is written behind it.
import type { Backend } from '~/ipc/backend';
import type { Settings } from '~/ipc/bindings.gen';

/** Dragging the list's edge changes the width many times a second; one write follows. */
const WRITE_DELAY_MS = 300;

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
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly backend: Backend) {}

  load(settings: Settings): void {
    this.current = settings;
  }

  update(change: Partial<Settings>): void {
    this.current = { ...this.current, ...change };
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), WRITE_DELAY_MS);
  }

  /** Writes a waiting change now, for instance when the window closes. */
  async flush(): Promise<void> {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    try {
      await this.backend.saveSettings(this.current);
    } catch (error) {
      // The choice holds for this session; there is nothing the person could do about the file.
      console.warn('settings were not saved', error);
    }
  }
}
