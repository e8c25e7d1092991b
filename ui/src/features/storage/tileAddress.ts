// Which addresses can serve map tiles: each part of the place in the address once, and nothing that is not https.

const PARTS = ['{z}', '{x}', '{y}'] as const;

/** Whether an address names tiles by `{z}`, `{x}` and `{y}`. */
export function isTileAddress(text: string): boolean {
  const words = text.trim();
  if (!URL.canParse(words)) return false;
  const { protocol, hostname, username, password } = new URL(words);
  // Loopback is the person's own machine, where nobody listens in.
  const safe =
    protocol === 'https:' || (protocol === 'http:' && /^(?:127\.0\.0\.1|localhost)$/u.test(hostname));
  if (!safe || username !== '' || password !== '') return false;
  const [, path = ''] = /^[a-z]+:\/\/[^/?#]+(.*)$/iu.exec(words) ?? [];
  return PARTS.every((part) => path.split(part).length === 2);
}
