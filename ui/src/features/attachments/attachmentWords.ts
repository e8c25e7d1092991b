// What hangs on a message in one line: for the chat list, quotes, strips and screen readers.
import { m } from '~/i18n';
import type { Attachment, AttachmentKind } from '~/ipc/bindings.gen';
import { playTime } from './fileWords';

/** “Voice message”, “Location”: the bare kind. */
export function kindWord(kind: AttachmentKind): string {
  switch (kind) {
    case 'image':
      return m.file_word_image();
    case 'video':
      return m.file_word_video();
    case 'audio':
      return m.file_word_audio();
    case 'voice':
      return m.file_word_voice();
    case 'file':
      return m.file_word_file();
    case 'location':
      return m.file_word_location();
  }
}

function oneWord(item: Attachment): string {
  switch (item.kind) {
    case 'image':
    case 'video':
      return kindWord(item.kind);
    case 'voice':
      return item.durationMs === null
        ? kindWord('voice')
        : m.file_word_voice_timed({ time: playTime(item.durationMs) });
    case 'audio':
    case 'file':
      return item.name === '' ? kindWord(item.kind) : item.name;
    case 'location': {
      const name = item.location?.name?.trim() ?? '';
      return name === '' ? kindWord('location') : m.file_word_named({ what: kindWord('location'), name });
    }
  }
}

/** “3 pictures”, “Route_v3.gpx”, “Location · Estación de Atocha”; empty without attachments. */
export function attachmentWords(attachments: readonly Attachment[]): string {
  const [first] = attachments;
  if (!first) return '';
  if (attachments.length === 1) return oneWord(first);
  if (attachments.every((item) => item.kind === 'image'))
    return m.file_word_pictures({ count: attachments.length });
  return m.file_word_more({ what: oneWord(first), count: attachments.length - 1 });
}
