// What a bubble shows of a file: where it is on its way, in the few forms that differ for the eye.
import { m } from '~/i18n';
import type { Attachment, FileProblem, FileState } from '~/ipc/bindings.gen';

export type Stage =
  | { kind: 'here' }
  /** On the server; somebody has to ask for it. */
  | { kind: 'remote' }
  /** `done` is null while it waits for its turn. */
  | { kind: 'moving'; way: 'up' | 'down'; done: number | null; total: number | null; paused: boolean }
  | { kind: 'failed'; reason: FileProblem; again: boolean }
  | { kind: 'deleted' };

/** What asking once more can mend; the rest is for ever. */
const PASSING: readonly FileProblem[] = ['network', 'server', 'noSpace', 'damaged'];

export function stageOf(file: FileState | null, size: number | null): Stage {
  if (file === null) return { kind: 'here' };
  switch (file.type) {
    case 'here':
      return { kind: 'here' };
    case 'remote':
      return { kind: 'remote' };
    case 'queued':
      return { kind: 'moving', way: 'down', done: null, total: size, paused: false };
    case 'waiting':
      return { kind: 'moving', way: 'up', done: null, total: size, paused: false };
    case 'downloading': {
      const { received, total } = file.payload;
      return { kind: 'moving', way: 'down', done: received, total: total ?? size, paused: false };
    }
    case 'uploading':
      return { kind: 'moving', way: 'up', done: file.payload.sent, total: file.payload.total, paused: false };
    case 'paused':
      return { kind: 'moving', way: 'up', done: file.payload.sent, total: file.payload.total, paused: true };
    case 'failed':
      return { kind: 'failed', reason: file.payload.reason, again: PASSING.includes(file.payload.reason) };
    case 'deleted':
      return { kind: 'deleted' };
  }
}

/** Part of a file that is done, 0 to 1; null while it is not known. */
export function fraction(stage: Stage): number | null {
  if (stage.kind !== 'moving' || stage.done === null || stage.total === null || stage.total <= 0) return null;
  return Math.max(0, Math.min(1, stage.done / stage.total));
}

/** Why a file is not here, in a few words. */
export function failureWords(reason: FileProblem): string {
  switch (reason) {
    case 'tooLarge':
      return m.file_failed_too_large();
    case 'refused':
      return m.file_failed_refused();
    case 'gone':
      return m.file_failed_gone();
    case 'damaged':
      return m.file_failed_damaged();
    case 'notAnImage':
      return m.file_failed_not_an_image();
    case 'noSpace':
      return m.file_failed_no_space();
    case 'network':
      return m.file_failed_network();
    case 'server':
      return m.file_failed_server();
  }
}

/** What somebody deleted from the server, by its kind. */
export function deletedWords(kind: Attachment['kind']): string {
  switch (kind) {
    case 'image':
      return m.file_deleted_image();
    case 'video':
      return m.file_deleted_video();
    case 'audio':
    case 'voice':
      return m.file_deleted_sound();
    case 'file':
    case 'location':
      return m.file_deleted_file();
  }
}
