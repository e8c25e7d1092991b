// Turns the person's choice into the language of the window, and follows the system live.
import { direction, locale, speak, tagFor } from '~/i18n/language.svelte';

const REMEMBERED = 'cubist.language';

export class LanguageController {
  #choice: string | null;

  /** Starts with the choice of the last run, so that the first frame already speaks it. */
  constructor() {
    this.#choice = localStorage.getItem(REMEMBERED);
    window.addEventListener('languagechange', () => void this.speak());
  }

  /** A language of the catalogues, or `null` for the system's. */
  set(choice: string | null): void {
    if (choice === this.#choice) return;
    this.#choice = choice;
    if (choice === null) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, choice);
    void this.speak();
  }

  /** Puts words, language and direction of the choice on the document. */
  async speak(): Promise<void> {
    try {
      await speak(tagFor(this.#choice, navigator.languages));
    } catch (error) {
      // The words so far stay: a window that speaks another language is better than none.
      console.warn('the words of the language could not be loaded', error);
    }
    document.documentElement.lang = locale();
    document.documentElement.dir = direction();
  }
}
