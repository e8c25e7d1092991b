// What can be done with one attachment of a message, handed down from the conversation to its bubbles.
import type { Message } from '~/ipc/bindings.gen';

export interface AttachmentActions {
  /** The address of a picture or of the poster of a film. */
  url: (message: Message, index: number, size: 'thumb' | 'full') => string;
  /** The address that a sound or a film on this computer plays from. */
  media: (message: Message, index: number) => Promise<string>;
  /** Shows it large, in this window. */
  view: (message: Message, index: number) => void;
  /** Plays a sound, or pauses it; one that is not here plays as soon as it is. */
  play: (message: Message, index: number) => void;
  /** Opens it with the program of the system, a place with the map of the browser. */
  open: (message: Message, index: number) => void;
  /** Puts the coordinates of a place into the clipboard. */
  copyPlace: (message: Message, index: number) => void;
  save: (message: Message, index: number) => void;
  showInFolder: (message: Message, index: number) => void;
  download: (message: Message, index: number) => void;
  /** Stops a download, or takes back what is on its way out. */
  cancel: (message: Message, index: number) => void;
  pause: (message: Message) => void;
  resume: (message: Message) => void;
  /** Tries again what failed, whichever way it was going. */
  again: (message: Message, index: number) => void;
}
