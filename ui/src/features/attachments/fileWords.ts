// Sizes, times and kinds of files as people say them. A kilobyte has 1024 bytes here, as the limits of the service do.
import { inDigits, locale, m } from '~/i18n';

const KILO = 1024;
const MINUTE_S = 60;
const HOUR_S = 3600;

type Unit = 'b' | 'kb' | 'mb' | 'gb';

function unitOf(bytes: number): Unit {
  // What would be rounded up to a thousand of one unit is one of the next.
  if (bytes < 999.5) return 'b';
  if (bytes < 999.5 * KILO) return 'kb';
  return bytes < 999.5 * KILO ** 2 ? 'mb' : 'gb';
}

const DIVISOR: Record<Unit, number> = { b: 1, kb: KILO, mb: KILO ** 2, gb: KILO ** 3 };

function amount(bytes: number, unit: Unit): string {
  const value = bytes / DIVISOR[unit];
  const digits = unit === 'b' || value >= 99.95 || unit === 'kb' ? 0 : 1;
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

function withUnit(size: string, unit: Unit): string {
  if (unit === 'b') return m.file_size_b({ size });
  if (unit === 'kb') return m.file_size_kb({ size });
  return unit === 'mb' ? m.file_size_mb({ size }) : m.file_size_gb({ size });
}

/** “1.9 MB”. */
export function sizeWords(bytes: number): string {
  const unit = unitOf(bytes);
  return withUnit(amount(bytes, unit), unit);
}

/** “1.2 of 1.9 MB”: both in the unit of the whole. */
export function progressWords(done: number, total: number): string {
  const unit = unitOf(total);
  const part = amount(Math.min(done, total), unit);
  return m.file_progress({ done: part, total: withUnit(amount(total, unit), unit) });
}

/** “3 s left”. */
export function remainingWords(seconds: number): string {
  if (seconds < MINUTE_S) return m.file_left_s({ count: Math.max(1, Math.ceil(seconds)) });
  if (seconds < HOUR_S) return m.file_left_min({ count: Math.ceil(seconds / MINUTE_S) });
  return m.file_left_h({ count: Math.ceil(seconds / HOUR_S) });
}

/** “0:14”, “1:02:33”: how long something plays. */
export function playTime(millis: number): string {
  const all = Math.max(0, Math.floor(millis / 1000));
  const two = (value: number): string => inDigits(value, 2);
  const minutes = Math.floor(all / MINUTE_S) % 60;
  const seconds = two(all % MINUTE_S);
  if (all < HOUR_S) return `${inDigits(minutes)}:${seconds}`;
  return `${inDigits(Math.floor(all / HOUR_S))}:${two(minutes)}:${seconds}`;
}

/** Kinds that have a short word although the name has no ending. */
const BY_TYPE: readonly [RegExp, string][] = [
  [/^application\/pdf$/u, 'PDF'],
  [/zip|compressed|tar$/u, 'ZIP'],
  [/wordprocessingml|msword|opendocument\.text/u, 'DOC'],
  [/spreadsheet|ms-excel/u, 'XLS'],
  [/presentation|powerpoint/u, 'PPT'],
  [/^text\/plain$/u, 'TXT'],
  [/^text\/csv$/u, 'CSV'],
];

/** “PDF”, “GPX”: at most four letters for the tile of a file; empty when there is nothing good to say. */
export function typeWord(name: string, contentType: string): string {
  const ending = /\.([A-Za-z0-9]{1,4})$/u.exec(name)?.[1];
  if (ending !== undefined) return ending.toUpperCase();
  return BY_TYPE.find(([type]) => type.test(contentType))?.[1] ?? '';
}
