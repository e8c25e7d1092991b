// What hangs on a message in the few words that a row of the list has room for.
import { m } from '~/i18n';
import type { PreviewAttachment } from '~/ipc/bindings.gen';

/** “0:14”, “1:02:33”: how long something plays, in whole seconds and never none of them. */
function playTime(millis: number): string {
  const seconds = Math.max(1, Math.round(millis / 1000));
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(seconds % 60)}`
    : `${String(minutes)}:${two(seconds % 60)}`;
}

function oneWord({ kind, name, durationMs }: PreviewAttachment): string {
  switch (kind) {
    case 'image':
      return m.chats_photo();
    case 'video':
      return m.chats_video();
    case 'voice':
      return durationMs === null ? m.chats_voice() : m.chats_voice_timed({ time: playTime(durationMs) });
    case 'audio':
      return name ?? m.chats_audio();
    case 'file':
      return name ?? m.chats_file();
    case 'location':
      return name === null ? m.chats_location() : m.chats_location_named({ name });
  }
}

/** “Photo”, “3 photos”, “Voice message, 0:14”, “Location · Atocha”, “notes.pdf +2”. */
export function attachmentPreview(attachment: PreviewAttachment): string {
  const { kind, count } = attachment;
  if (count === 1) return oneWord(attachment);
  if (kind === 'image') return m.chats_photos({ count });
  return m.chats_more_attachments({ what: oneWord(attachment), count: count - 1 });
}
