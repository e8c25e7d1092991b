// What a screen says when something was refused: one sentence that says what happened and what can be done.
// Every kind of error that crosses the border is here once; a screen that knows more (a sign-in form knows
// what “not found” was about) passes its own sentence for that kind.
import { locale, m } from '~/i18n';
import { toIpcError } from '~/ipc/backend';
import type { IpcError, MicrophoneProblem, ProxyProblem } from '~/ipc/bindings.gen';

/** Sentences that a screen puts in place of the general ones. */
export type OwnSentences = Partial<Record<IpcError['kind'], string>>;

/** The sentence for anything that was thrown. */
export function errorSentence(thrown: unknown, own: OwnSentences = {}): string {
  const error = toIpcError(thrown);
  const better = own[error.kind];
  if (better !== undefined) return better;
  switch (error.kind) {
    case 'offline':
      return m.error_offline();
    case 'unreachable':
      return m.error_unreachable({ host: error.host });
    case 'proxy':
      return proxySentence(error.host, error.problem);
    case 'certificate':
      return m.error_certificate({ host: error.host });
    case 'credentials':
      return m.error_credentials();
    case 'switchedOff':
      return m.error_switched_off();
    case 'notFound':
      return m.error_not_found();
    case 'forbidden':
      return m.error_forbidden();
    case 'validation':
      return m.error_validation({ reason: reasonOf(error.fields) });
    case 'rateLimited':
      return m.error_rate_limited({ time: waitingTime(error.retryAfterMs) });
    case 'server':
      return m.error_server({ status: String(error.status) });
    case 'keysLocked':
      return m.error_keys_locked();
    case 'wrongPassphrase':
      return m.error_wrong_passphrase();
    case 'wrongCode':
      return m.error_wrong_code();
    case 'tooManyAttempts':
      return m.error_too_many_attempts({ time: waitingTime(error.waitMs) });
    case 'keychainUnavailable':
      return m.error_keychain();
    case 'localBackend':
      return m.error_local_backend({ message: withoutStop(error.message) });
    case 'invalidInput':
      return m.error_invalid_input({ field: error.field });
    case 'tooMany':
      return m.error_too_many({ limit: error.limit });
    case 'unsafeFile':
      return m.error_unsafe_file();
    case 'unsupportedPicture':
      return m.error_unsupported_picture();
    case 'microphone':
      return microphoneSentence(error.reason);
    case 'tooShort':
      return m.voice_too_short();
    case 'storage':
      return m.error_storage({ message: withoutStop(error.message) });
    case 'internal':
      return m.error_internal();
  }
}

function proxySentence(host: string, problem: ProxyProblem): string {
  switch (problem) {
    case 'unreachable':
      return m.error_proxy_unreachable({ host });
    case 'login':
      return m.error_proxy_login({ host });
    case 'refused':
      return m.error_proxy_refused({ host });
    case 'notAProxy':
      return m.error_proxy_not_a_proxy({ host });
  }
}

/** Why the microphone cannot be used. */
export function microphoneSentence(problem: MicrophoneProblem): string {
  switch (problem) {
    case 'missing':
      return m.voice_missing();
    case 'notAllowed':
      return m.voice_not_allowed();
    case 'busy':
      return m.voice_busy();
    case 'failed':
      return m.voice_broken();
  }
}

/**
 * Sentences for the fields of a form, by the form's own names. What the server says about a field the form does
 * not show stays with the sentence of the whole form.
 *
 * @param names - The form's name for each of the server's.
 */
export function fieldSentences<Field extends string>(
  thrown: unknown,
  names: Readonly<Record<string, Field>>,
): Partial<Record<Field, string>> {
  const error = toIpcError(thrown);
  const fields =
    error.kind === 'validation'
      ? error.fields
      : error.kind === 'invalidInput'
        ? [{ field: error.field, message: 'is invalid' }]
        : [];
  const sentences: Partial<Record<Field, string>> = {};
  for (const { field, message } of fields) {
    const own = Object.hasOwn(names, field) ? names[field] : undefined;
    if (own !== undefined && sentences[own] === undefined) sentences[own] = fieldSentence(message);
  }
  return sentences;
}

/** The server speaks English in a few set forms; what is not one of them is passed on as it is. */
function fieldSentence(message: string): string {
  if (/already been taken|already exists/i.test(message)) return m.error_field_taken();
  const count = /(\d+)/.exec(message)?.[1];
  if (count !== undefined && /too short|minimum/i.test(message)) return m.error_field_short({ count });
  if (count !== undefined && /too long|maximum/i.test(message)) return m.error_field_long({ count });
  if (/is invalid|invalid format/i.test(message)) return m.error_field_invalid();
  return asSentence(message);
}

function reasonOf(fields: readonly { field: string; message: string }[]): string {
  return fields
    .map(({ field, message }) =>
      asSentence(field === 'base' || field === '' ? message : `${field} ${message}`),
    )
    .join(' ');
}

function asSentence(words: string): string {
  const [first = '', ...rest] = withoutStop(words);
  return `${first.toLocaleUpperCase()}${rest.join('')}.`;
}

function withoutStop(words: string): string {
  return words.trim().replace(/[.\s]+$/u, '');
}

const SECOND_MS = 1000;
const MINUTE_S = 60;

/** Rounded up: a try that comes a moment early is refused again. */
export function waitingTime(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / SECOND_MS));
  const [value, unit] =
    seconds < MINUTE_S
      ? ([seconds, 'second'] as const)
      : ([Math.ceil(seconds / MINUTE_S), 'minute'] as const);
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
