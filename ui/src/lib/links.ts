// Finds the addresses in what people wrote, as pieces that a component draws. Never markup. What is shown is the address
// itself, so that no link can lead elsewhere than it says; one that could still deceive is drawn as the network knows it,
// or is no link at all.
import { registerCustomProtocol, tokenize } from 'linkifyjs';
import type { Link as Where } from '~/ipc/bindings.gen';
import { isHonestHost } from './hosts';

export interface Link {
  kind: 'link';
  /** As it was written. */
  text: string;
  /** As it is drawn. */
  shown: string;
  /** In full, as it is opened. */
  href: string;
}

export type Piece = { kind: 'text'; text: string } | Link;

registerCustomProtocol('cubist', true);

const TELEPHONE = /(?<![\p{L}\p{N}])tel:\+?\d[\d().-]{2,30}\d/giu;
const OBJECT = /^cubist:(dialog|message)\/([0-9a-f]{24})$/iu;
const USER = /^cubist:user\/([1-9]\d{0,14})$/iu;
const HOST = /^(?:[a-z]+:\/\/)?([^/?#:]+)/iu;
/** Characters that are not seen, or turn the direction of what is. */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

/** Cuts a text into plain and linked pieces; joined again they are the text. */
export function pieces(text: string): Piece[] {
  // Nearly every message has none, and the scan below is the costliest part of drawing a bubble.
  if (!/[.:]\S/.test(text)) return text === '' ? [] : [{ kind: 'text', text }];
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(TELEPHONE)) {
    addresses(text.slice(from, match.index), found);
    found.push({ kind: 'link', text: match[0], shown: match[0], href: match[0].toLowerCase() });
    from = match.index + match[0].length;
  }
  addresses(text.slice(from), found);
  return found;
}

/** Where in this app a link leads, if it leads anywhere here. */
export function linkedHere(href: string): Exclude<Where, { type: 'unknown' }> | null {
  const user = USER.exec(href)?.[1];
  if (user !== undefined) return { type: 'user', payload: Number(user) };
  const [, kind, id] = OBJECT.exec(href) ?? [];
  if (kind === undefined || id === undefined) return null;
  return { type: kind.toLowerCase() === 'dialog' ? 'dialog' : 'message', payload: id.toLowerCase() };
}

export function messageLink(id: string): string {
  return `cubist:message/${id}`;
}

function addresses(text: string, found: Piece[]): void {
  if (text === '') return;
  for (const token of tokenize(text)) {
    const words = token.toString();
    const link = token.isLink ? linkOf(words, token.toHref('https'), token.t === 'email') : null;
    const last = found.at(-1);
    if (link) found.push(link);
    else if (last?.kind === 'text') last.text += words;
    else found.push({ kind: 'text', text: words });
  }
}

function linkOf(text: string, address: string, isMail: boolean): Link | null {
  if (HIDDEN.test(text) || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (isMail || url.protocol === 'mailto:') {
    // Only whom to write to: what else a mail address can carry would be written in somebody's name.
    const [to] = address.split('?');
    return to === undefined ? null : { kind: 'link', text, shown: text, href: to };
  }
  if (url.protocol === 'cubist:') {
    return linkedHere(address) === null ? null : { kind: 'link', text, shown: text, href: address };
  }
  // A name before the host makes it look like the host.
  if (!/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  const host = HOST.exec(text)?.[1];
  if (host === undefined) return null;
  const shown = isHonestHost(host) ? text : text.replace(host, () => url.hostname);
  return { kind: 'link', text, shown, href: url.href };
}

/** The host of a link that is drawn like this. */
export function shownHost(shown: string): string {
  return (HOST.exec(shown)?.[1] ?? shown).toLowerCase().replace(/^www\./u, '');
}
