// Where map tiles can come from: an address with each part of the place in it once, or a PMTiles file, here or on a server;
// nothing over the network that is not https.

const PARTS = ['{z}', '{x}', '{y}'] as const;

/** A full path, as Linux, macOS or Windows have it. */
const FILE = /^(?:\/|[A-Za-z]:[\\/]|\\\\).*\.pmtiles$/iu;

/** Whether a text names tiles by `{z}`, `{x}` and `{y}`, or a PMTiles file. */
export function isTileAddress(text: string): boolean {
  const words = text.trim();
  if (FILE.test(words)) return true;
  if (!URL.canParse(words)) return false;
  const { protocol, hostname, username, password, pathname } = new URL(words);
  // Loopback is the person's own machine, where nobody listens in.
  const safe =
    protocol === 'https:' || (protocol === 'http:' && /^(?:127\.0\.0\.1|localhost)$/u.test(hostname));
  if (!safe || username !== '' || password !== '') return false;
  if (/\.pmtiles$/iu.test(pathname)) return true;
  const [, path = ''] = /^[a-z]+:\/\/[^/?#]+(.*)$/iu.exec(words) ?? [];
  return PARTS.every((part) => path.split(part).length === 2);
}
