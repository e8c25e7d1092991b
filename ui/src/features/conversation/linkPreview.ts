// Which preview a message shows. Its field may say anything: it counts only for a link that the text really has, and the
// host is read from that link, never from the field.
import type { LinkPreview, Message } from '~/ipc/bindings.gen';
import { shownHost } from '~/lib/links';
import { webLinks } from './formats';

export interface ShownPreview {
  preview: LinkPreview;
  host: string;
}

export function previewOf(message: Pick<Message, 'text' | 'preview' | 'deleted'>): ShownPreview | null {
  const { preview } = message;
  if (preview === null || message.deleted) return null;
  const link = webLinks(message.text).find(({ href }) => href === preview.url);
  return link ? { preview, host: shownHost(link.text) } : null;
}

/** What the site calls itself, unless it calls itself like a host. */
export function siteOf(preview: LinkPreview, host: string): string {
  const said = preview.site;
  return said === '' || /\S\.\S|\/|@/u.test(said) || said.toLowerCase() === host ? '' : said;
}
