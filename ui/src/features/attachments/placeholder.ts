// The blurred colours that stand for a picture before its bytes are here.
import { thumbHashToDataURL } from 'thumbhash';

/** A thumbhash has 25 bytes at most; more is something else. */
const MOST_BYTES = 25;
const LEAST_BYTES = 5;
/** Pictures on the screen at a time, and some around. */
const REMEMBERED = 200;

const known = new Map<string, string | null>();

/** An address for `<img>` from what the sender gave as base64; null when it is no thumbhash. */
export function placeholderUrl(hash: string | null): string | null {
  if (hash === null) return null;
  const found = known.get(hash);
  if (found !== undefined) return found;
  const url = draw(hash);
  if (known.size >= REMEMBERED) known.clear();
  known.set(hash, url);
  return url;
}

function draw(hash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
    if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) return null;
    const url = thumbHashToDataURL(bytes);
    // A hash that was cut off decodes to pixels that are no numbers.
    return url.includes('NaN') ? null : url;
  } catch {
    // Not base64: the picture simply has no colours before it is here.
    return null;
  }
}
