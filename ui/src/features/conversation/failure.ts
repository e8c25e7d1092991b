// The words for why a message was not sent. The kind picks the sentence; the server's own words are a last resort.
import { m } from '~/i18n';
import type { Failure } from '~/ipc/bindings.gen';

/** `files` tells that files hang on the message: then it is they that are too large, rather than the text. */
export function failureReason(failure: Failure | null, files = false): string {
  switch (failure?.kind) {
    case 'refused':
      return failure.text === null
        ? m.conversation_failure_refused()
        : m.conversation_failure_words({ words: failure.text });
    case 'notMember':
      return m.conversation_failure_not_member();
    case 'tooLarge':
      return files ? m.conversation_failure_file_too_large() : m.conversation_failure_too_large();
    case 'blocked':
      // Which of the two blocks is in the words of the server alone.
      return /you have blocked/i.test(failure.text ?? '')
        ? m.conversation_failure_blocked_mine()
        : m.conversation_failure_blocked();
    case 'server':
      return m.conversation_failure_server();
    case 'noAnswer':
    case undefined:
      return m.conversation_failure_no_answer();
  }
}

/** Sending the very same text again can only help when the text was not the reason. */
export function canRetry(failure: Failure | null): boolean {
  return failure?.kind !== 'tooLarge' && failure?.kind !== 'notMember';
}
