// How the attachments of one message stand below one another: pictures and films next to each other in albums, the rest
// each on a line of its own, in the order they were sent.
import type { Attachment } from '~/ipc/bindings.gen';

export type Block =
  { kind: 'media'; items: Attachment[] } | { kind: 'sound' | 'file' | 'location'; item: Attachment };

/** An album of more would be higher than the window. */
export const ALBUM_MOST = 10;

/** What a bubble of attachments consists of. */
export function blocksOf(attachments: readonly Attachment[]): Block[] {
  const blocks: Block[] = [];
  for (const item of attachments) {
    const last = blocks.at(-1);
    switch (item.kind) {
      case 'image':
      case 'video':
        if (last?.kind === 'media' && last.items.length < ALBUM_MOST) last.items.push(item);
        else blocks.push({ kind: 'media', items: [item] });
        break;
      case 'audio':
      case 'voice':
        blocks.push({ kind: 'sound', item });
        break;
      case 'file':
        blocks.push({ kind: 'file', item });
        break;
      case 'location':
        blocks.push({ kind: 'location', item });
        break;
    }
  }
  return blocks;
}
