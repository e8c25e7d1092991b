// Pictures that are dropped on a field of the page. A free module, because such fields are drawn by components that know no
// backend: see `pictures.ts`.
import type { Backend } from './backend';
import type { AppEvent } from './bindings.gen';

type Dragged = Extract<AppEvent, { type: 'filesDragged' }>['payload'];

/** What a field does with a drag. */
export interface DropTarget {
  /** Files are above it, or no longer. */
  over(within: boolean): void;
  /** A picture was let go of above it. */
  drop(picture: File): void;
  /** What was let go of is no picture. */
  unreadable(): void;
}

let read: Backend['droppedPicture'] = () => Promise.reject(new Error('no backend'));
const targets = new Map<Element, DropTarget>();

/** Dropped pictures come from this backend from now on. */
export function dropFrom(backend: Backend): void {
  read = (dropId) => backend.droppedPicture(dropId);
}

/** Files let go of above an element are this field's, until the function that is returned is called. */
export function takeDrops(element: Element, target: DropTarget): () => void {
  targets.set(element, target);
  return () => targets.delete(element);
}

/** Tells the fields where files are dragged. Whether one of them is below. */
export function dragged({ phase, x, y, dropId }: Dragged): boolean {
  const found = document.elementFromPoint(x, y);
  let taken = false;
  for (const [element, target] of targets) {
    const within = phase !== 'leave' && found !== null && element.contains(found);
    taken ||= within;
    target.over(within && phase !== 'drop');
    if (within && phase === 'drop' && dropId !== null) void give(dropId, target);
  }
  return taken;
}

async function give(dropId: number, target: DropTarget): Promise<void> {
  try {
    const bytes = Uint8Array.from(atob(await read(dropId)), (letter) => letter.charCodeAt(0));
    target.drop(new File([bytes], 'dropped'));
  } catch {
    target.unreadable();
  }
}
