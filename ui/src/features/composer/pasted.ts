// What somebody pastes: files for the tray, or words for the field.

/** A pasted file, and the name that goes with it; a picture out of a program has none. */
export interface Pasted {
  file: Blob;
  name: string;
}

type Clipboard = Pick<DataTransfer, 'files' | 'types' | 'getData'>;

/**
 * Files that were pasted; `ask` when the webview tells nothing at all, so that the system has to be asked; null when
 * there are words, which the field takes by itself. A cell of a table comes as words and as a picture of itself:
 * there the words are meant.
 */
export function pastedFiles(clipboard: Clipboard | null): Pasted[] | 'ask' | null {
  if (clipboard === null) return null;
  if (clipboard.getData('text/plain') !== '') return null;
  const files = [...clipboard.files];
  if (files.length > 0) return files.map((file) => ({ file, name: file.name }));
  // WebKitGTK often gives an empty list for a picture.
  return clipboard.getData('text/html') === '' ? 'ask' : null;
}
