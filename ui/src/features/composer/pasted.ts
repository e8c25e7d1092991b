// What somebody pastes: files for the tray, or words for the field.
import type { Staging } from '~/ipc/bindings.gen';

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

/**
 * Hands files over one after the other, since each is in memory as a whole while it goes.
 *
 * @param most bytes; a larger one is refused without being read
 */
export function stageEach(
  pasted: readonly Pasted[],
  most: number,
  stage: (each: Pasted) => Promise<Staging>,
): Promise<Staging>[] {
  let before: Promise<unknown> = Promise.resolve();
  return pasted.map((each) => {
    if (each.file.size > most)
      return Promise.resolve<Staging>({ staged: [], refused: [{ name: each.name, reason: 'tooLarge' }] });
    const coming = before.then(() => stage(each));
    // One that fails says so itself; the next one has its own chance.
    before = coming.catch(() => undefined);
    return coming;
  });
}
