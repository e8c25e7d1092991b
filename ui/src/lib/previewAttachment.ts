// What hangs on a message, in the few facts that a row, a quote or a strip has room for. The engine says the same of the
// newest message of a chat and of what is answered.
import type { Attachment, PreviewAttachment } from '~/ipc/bindings.gen';

export function previewAttachment(attachments: readonly Attachment[]): PreviewAttachment | null {
  const [first] = attachments;
  if (!first) return null;
  const { location } = first;
  const name = (location ? (location.name ?? location.address) : first.name)?.trim() ?? '';
  return {
    kind: first.kind,
    count: attachments.length,
    name: name === '' ? null : name,
    durationMs: first.durationMs,
  };
}
