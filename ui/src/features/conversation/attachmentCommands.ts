// Turns what is pressed at an attachment into commands of the engine, and says so when one did not work.
import { m } from '~/i18n';
import type { Message } from '~/ipc/bindings.gen';
import type { App } from '~/state/app.svelte';
import type { Space } from '~/state/space.svelte';
import type { AttachmentActions } from '../attachments/attachmentActions';
import { coordinates, coordinateText, mapAddress } from '../locations/coordinates';

/** Opens an attachment large, in this window. */
type View = (message: Message, index: number) => void;

export class AttachmentCommands implements AttachmentActions {
  /** A sound that plays as soon as it is here. */
  #awaited: string | null = null;

  constructor(
    private readonly app: App,
    private readonly space: Space,
    readonly view: View,
    /** What the conversation does to take an unsent message back. */
    private readonly discard: (message: Message) => void,
  ) {}

  readonly url: AttachmentActions['url'] = (message, index, size) =>
    this.app.backend.attachmentUrl(this.space.accountId, message.id, index, size);

  readonly media: AttachmentActions['media'] = async (message, index) =>
    (await this.app.backend.openMedia(this.space.accountId, message.id, index)).url;

  readonly play: AttachmentActions['play'] = (message, index) => {
    const item = message.attachments.find((each) => each.index === index);
    if (item?.file?.type === 'remote') {
      this.#awaited = `${message.id}/${String(index)}`;
      this.download(message, index);
      return;
    }
    void this.app.player.toggle({ accountId: this.space.accountId, messageId: message.id, index });
  };

  /** Looks whether the awaited sound has come. */
  arrived(messages: readonly Message[]): void {
    if (this.#awaited === null) return;
    const [id, index] = this.#awaited.split('/');
    const message = messages.find((each) => each.id === id);
    const item = message?.attachments.find((each) => each.index === Number(index));
    if (!message || !item) return;
    if (item.file?.type === 'failed' || item.file?.type === 'deleted') this.#awaited = null;
    else if (item.file?.type === 'here') {
      this.#awaited = null;
      this.play(message, item.index);
    }
  }

  readonly open: AttachmentActions['open'] = (message, index) => {
    const location = message.attachments.find((each) => each.index === index)?.location;
    if (location) {
      const at = coordinates(location.latitude, location.longitude);
      if (at) this.#attempt(this.app.backend.openLink(mapAddress(at)));
      return;
    }
    this.#attempt(
      this.app.backend.openAttachment(this.space.accountId, message.id, index),
      m.file_open_failed(),
    );
  };

  readonly copyPlace: AttachmentActions['copyPlace'] = (message, index) => {
    const location = message.attachments.find((each) => each.index === index)?.location;
    const at = location && coordinates(location.latitude, location.longitude);
    if (!at) return;
    this.#attempt(
      navigator.clipboard.writeText(coordinateText(at)).then(() => this.app.toast(m.location_copied())),
    );
  };

  readonly save: AttachmentActions['save'] = (message, index) => {
    this.#attempt(
      this.app.backend.saveAttachment(this.space.accountId, message.id, index).then((saved) => {
        if (saved) this.app.toast(m.file_saved());
      }),
      m.file_save_failed(),
    );
  };

  readonly showInFolder: AttachmentActions['showInFolder'] = (message, index) =>
    this.#attempt(
      this.app.backend.showInFolder(this.space.accountId, message.id, index),
      m.file_open_failed(),
    );

  readonly download: AttachmentActions['download'] = (message, index) =>
    this.#attempt(this.app.backend.download(this.space.accountId, message.id, index));

  readonly cancel: AttachmentActions['cancel'] = (message, index) => {
    // What goes out goes out as a whole: without one of its files the message is another one.
    if (message.status === 'pending' || message.status === 'failed') this.discard(message);
    else this.#attempt(this.app.backend.cancelDownload(this.space.accountId, message.id, index));
  };

  readonly pause: AttachmentActions['pause'] = (message) =>
    this.#attempt(this.app.backend.pauseUpload(this.space.accountId, message.id));

  readonly resume: AttachmentActions['resume'] = (message) =>
    this.#attempt(this.app.backend.resumeUpload(this.space.accountId, message.id));

  readonly again: AttachmentActions['again'] = (message, index) => {
    if (message.status === 'pending' || message.status === 'failed')
      this.#attempt(this.space.retry(message.id));
    else this.download(message, index);
  };

  #attempt(step: Promise<unknown>, words: string = m.file_action_failed()): void {
    step.catch((error: unknown) => {
      console.warn('the engine refused', error);
      this.app.toast(words);
    });
  }
}
