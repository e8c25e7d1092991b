// Turns the person's choice into the `data-theme` and text size of the document, and follows the system live.
import type { Theme } from '~/ipc/bindings.gen';

const REMEMBERED = 'cubist.theme';

type Resolved = 'light' | 'dark' | 'contrast';

/** What a choice means on a system with these wishes. */
export function resolveTheme(theme: Theme, system: { dark: boolean; contrast: boolean }): Resolved {
  if (theme !== 'system') return theme;
  if (system.contrast) return 'contrast';
  return system.dark ? 'dark' : 'light';
}

export class ThemeController {
  #theme: Theme = 'system';
  readonly #dark = window.matchMedia('(prefers-color-scheme: dark)');
  readonly #contrast = window.matchMedia('(prefers-contrast: more)');

  /** Starts with the choice of the last run, so that the first frame already has its colours. */
  constructor() {
    const draw = (): void => this.#draw();
    this.#dark.addEventListener('change', draw);
    this.#contrast.addEventListener('change', draw);
    const remembered = localStorage.getItem(REMEMBERED);
    if (remembered === 'light' || remembered === 'dark' || remembered === 'contrast')
      this.#theme = remembered;
    this.#draw();
  }

  /** @param accent The organisation's colour, as `#rrggbb`; what each theme makes of it is in `tokens.css`. */
  set(theme: Theme, textScale: number, accent: string | null): void {
    this.#theme = theme;
    localStorage.setItem(REMEMBERED, theme);
    document.documentElement.style.fontSize = textScale === 1 ? '' : `${String(textScale * 100)}%`;
    const { dataset, style } = document.documentElement;
    if (accent === null) delete dataset['accent'];
    else {
      dataset['accent'] = '';
      style.setProperty('--own-accent', accent);
    }
    this.#draw();
  }

  #draw(): void {
    document.documentElement.dataset['theme'] = resolveTheme(this.#theme, {
      dark: this.#dark.matches,
      contrast: this.#contrast.matches,
    });
  }
}
