// A <dialog> over the whole window: what is behind it is inert, and the focus returns to where it was.
import { fade, type TransitionConfig } from 'svelte/transition';

const FADE_MS = 120;

export class Modal {
  // Taken before the content is there: a field of it may take the focus as soon as it is drawn.
  readonly #before = document.activeElement;
  #left = false;

  /** Whether it is closing because it was told to, and not by a key that the engine answered itself. */
  get left(): boolean {
    return this.#left;
  }

  /** Shows it for as long as the element is there. */
  readonly show = (node: HTMLDialogElement): (() => void) => {
    this.#left = false;
    node.showModal();
    return () => this.#leave(node);
  };

  /**
   * Fades it away. The window is given back before: until then everything behind is inert, and what is typed in that
   * time would be lost.
   */
  readonly away = (node: HTMLDialogElement): TransitionConfig => {
    this.#leave(node);
    return fade(node, { duration: FADE_MS });
  };

  #leave(node: HTMLDialogElement): void {
    if (this.#left) return;
    this.#left = true;
    node.close();
    if (this.#before instanceof HTMLElement && this.#before.isConnected)
      this.#before.focus({ preventScroll: true });
  }
}
