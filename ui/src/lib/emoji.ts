// Tells a message that is nothing but one to three emoji, which stands large and without a bubble.

const MOST = 3;
/** Cheap way out: no three emoji are longer, families with skin tones included. */
const MOST_UNITS = 90;
/** Drawn as a picture by itself, or asked to be one (U+FE0F), or a flag, or a keycap. */
const PICTURE = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\p{EMod}|\p{RI}{2}|.*\ufe0f|.*\u20e3)/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How many emoji the text consists of; 0 when it has anything else, or more than three. */
export function emojiAlone(text: string): 0 | 1 | 2 | 3 {
  // Nearly every message begins with a letter, and the segmenter is the costliest part of grouping. Digits, # and *
  // go on: with U+20E3 they are keycaps.
  if (/^\s*[\p{L}\p{P}]/u.test(text) && !/^\s*[#*]/u.test(text)) return 0;
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MOST_UNITS) return 0;
  let count = 0;
  for (const { segment } of graphemes.segment(trimmed)) {
    if (/^\s+$/u.test(segment)) continue;
    if (!PICTURE.test(segment)) return 0;
    count += 1;
    if (count > MOST) return 0;
  }
  return count as 0 | 1 | 2 | 3;
}
