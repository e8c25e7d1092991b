// What hangs on a message in one line: for the chat list, quotes, strips and screen readers.
import { m } from '~/i18n';
import type { Attachment, AttachmentKind, PreviewAttachment } from '~/ipc/bindings.gen';
import { previewAttachment } from '~/lib/previewAttachment';
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

function oneWord({ kind, name, durationMs }: PreviewAttachment): string {
  switch (kind) {
    case 'image':
    case 'video':
      return kindWord(kind);
    case 'voice':
      // What is heard at all lasts a second.
      return durationMs === null
        ? kindWord(kind)
        : m.file_word_voice_timed({ time: playTime(Math.max(1000, durationMs)) });
    case 'audio':
    case 'file':
      return name ?? kindWord(kind);
    case 'location':
      return name === null ? kindWord(kind) : m.file_word_named({ what: kindWord(kind), name });
  }
}

/** “Photo”, “3 photos”, “Route_v3.gpx and 2 more”, “Voice message, 0:14”, “Location · Estación de Atocha”. */
export function previewWords(attachment: PreviewAttachment): string {
  const { kind, count } = attachment;
  if (count === 1) return oneWord(attachment);
  if (kind === 'image') return m.file_word_pictures({ count });
  return m.file_word_more({ what: oneWord(attachment), count: count - 1 });
}

/** The same of a message's attachments; empty without any. */
export function attachmentWords(attachments: readonly Attachment[]): string {
  const preview = previewAttachment(attachments);
  return preview === null ? '' : previewWords(preview);
}
