// What every film needs, in the bubble and in the viewer: where it plays from, and an element that lets go of it.
import type { Attachment } from 'svelte/attachments';

/** A film on this computer. Make it while a component is made. */
export class FilmFile {
  /** Where it plays from, once that is known. */
  url = $state<string | null>(null);
  /** It cannot be had, or not be played here. */
  failed = $state(false);

  constructor(open: () => Promise<string>) {
    $effect(() => {
      let wanted = true;
      open().then(
        (found) => {
          if (wanted) this.url = found;
        },
        () => {
          if (wanted) this.failed = true;
        },
      );
      return () => (wanted = false);
    });
  }
}

/** For the element of a film: tells that it begins to play, with an answer for when it is gone. */
export function filmElement(begins: (element: HTMLMediaElement) => () => void): Attachment<HTMLVideoElement> {
  return (node) => {
    let gone: (() => void) | null = null;
    const began = (): void => {
      gone?.();
      gone = begins(node);
    };
    node.addEventListener('play', began);
    return () => {
      node.removeEventListener('play', began);
      gone?.();
      node.pause();
      // An element without an address lets go of its connection and its decoder.
      node.removeAttribute('src');
      node.load();
    };
  };
}
