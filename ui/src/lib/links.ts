// Finds the web addresses in what people wrote, as pieces that a component draws. Never markup.
import { tokenize } from 'linkifyjs';

export type Piece = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/** Only what a browser opens; mail addresses and odd schemes stay plain text. */
const WEB = /^https?:\/\//i;

/** Cuts a text into plain and linked pieces; joined again they are the text. */
export function pieces(text: string): Piece[] {
  // Nearly every message has none, and the scan below is the costliest part of drawing a bubble.
  if (!/[.:]\S/.test(text)) return text === '' ? [] : [{ kind: 'text', text }];
  const found: Piece[] = [];
  for (const token of tokenize(text)) {
    const words = token.toString();
    const href = token.isLink && token.t === 'url' ? token.toHref('https') : '';
    const last = found.at(-1);
    if (WEB.test(href)) found.push({ kind: 'link', text: words, href });
    else if (last?.kind === 'text') last.text += words;
    else found.push({ kind: 'text', text: words });
  }
  return found;
}
