// The preview of the link that is being written. It never holds anything up: what is not there when the message goes out
// does not go along.
import type { LinkPreview } from '~/ipc/bindings.gen';
import { shownHost } from '~/lib/links';
import { webLinks, type WebLink } from '../conversation/formats';

/** Long enough that half an address is seldom asked for, short enough to see the preview before sending. */
const PAUSE_MS = 700;

export class LinkDraft {
  /** What goes along, with the host of its link. */
  shown = $state.raw<{ preview: LinkPreview; host: string } | null>(null);
  /** The link that is looked at or shown. */
  #link: WebLink | null = null;
  /** Links whose preview this person does not want in this message. */
  readonly #dismissed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly look: (url: string) => Promise<LinkPreview | null>) {}

  /** Called with every change of the words. */
  wrote(text: string): void {
    if (text === '') this.#dismissed.clear();
    const link = webLinks(text).find(({ href }) => !this.#dismissed.has(href)) ?? null;
    if (link?.href === this.#link?.href) return;
    this.#link = link;
    this.shown = null;
    clearTimeout(this.#timer);
    if (link) this.#timer = setTimeout(() => void this.#ask(link), PAUSE_MS);
  }

  /** Not in this message; the next link of it may have one. */
  dismiss(text: string): void {
    if (this.#link) this.#dismissed.add(this.#link.href);
    this.wrote(text);
  }

  /** The link whose preview goes along with the message that is sent now, and an end to it. */
  take(): string | null {
    const taken = this.shown?.preview.url ?? null;
    this.stop();
    return taken;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#link = null;
    this.shown = null;
    this.#dismissed.clear();
  }

  async #ask(link: WebLink): Promise<void> {
    let preview: LinkPreview | null = null;
    try {
      preview = await this.look(link.href);
    } catch (error) {
      // A link is a link without one, too.
      console.warn('no preview of a link', error);
    }
    if (this.#link !== link || preview === null) return;
    this.shown = { preview, host: shownHost(link.text) };
  }
}
