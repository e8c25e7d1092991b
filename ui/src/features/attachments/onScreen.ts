// Tells the engine which files are before somebody's eyes, so that they come first. Looked at when scrolling rests.
import type { AttachmentRef, Message, MessageId } from '~/ipc/bindings.gen';

/** Scrolling has come to rest, ms. */
const REST_MS = 150;
/** Rows this far outside of the view count as seen: they come next, px. */
const AROUND_PX = 300;
/** More than a screen holds; the engine takes them in this order. */
const MOST = 60;

/** Files of these messages that are still to come. */
export function wantedFiles(messages: readonly Message[]): AttachmentRef[] {
  return messages
    .flatMap((message) =>
      message.attachments
        .filter(
          ({ file }) => file?.type === 'remote' || file?.type === 'queued' || file?.type === 'downloading',
        )
        .map(({ index }) => ({ messageId: message.id, index })),
    )
    .slice(0, MOST);
}

export class OnScreen {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = '';

  constructor(
    private readonly view: HTMLElement,
    private readonly message: (id: MessageId) => Message | undefined,
    private readonly tell: (files: AttachmentRef[]) => void,
  ) {
    view.addEventListener('scroll', this.look, { passive: true });
  }

  /** What is drawn changed, or moved. */
  readonly look = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#see(), REST_MS);
  };

  destroy(): void {
    clearTimeout(this.#timer);
    this.view.removeEventListener('scroll', this.look);
  }

  #see(): void {
    const { top, bottom } = this.view.getBoundingClientRect();
    const seen: Message[] = [];
    for (const row of this.view.querySelectorAll<HTMLElement>('.message-row.has-files')) {
      const message = this.message(row.dataset['id'] ?? '');
      if (!message || wantedFiles([message]).length === 0) continue;
      const box = row.getBoundingClientRect();
      if (box.bottom >= top - AROUND_PX && box.top <= bottom + AROUND_PX) seen.push(message);
    }
    // What was said last was asked for last, and is what people look at first.
    const files = wantedFiles(seen.reverse());
    const key = JSON.stringify(files);
    if (key === this.#told) return;
    // After nothing the same is news again: what failed is to be had once the line is back.
    this.#told = key;
    if (files.length > 0) this.tell(files);
  }
}
