// Tells a host name that is what it looks like from one that was made to look like another: letters of several scripts
// in one word, or a word of foreign letters that all pass for Latin ones. Such a host is shown as the network knows it
// (`xn--…`), as browsers do it (Unicode TS #39, "highly restrictive").

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Armenian',
  'Georgian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Thai',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Bopomofo',
].map((name) => ({ name, letters: new RegExp(`\\p{Script=${name}}`, 'u') }));

/** Scripts that are written together, with Latin among them. */
const TOGETHER = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
];

/** Letters that pass for Latin ones. */
const LOOKALIKES = /^[асԁеһіјӏорԛѕԝхуъьҽпгѵѡкмтвиԍαιονρτυχκηεω0-9-]+$/u;

const PLAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const ASCII = /^[\u0000-\u007f]*$/u;

function scriptsOf(word: string): Set<string> {
  const found = new Set<string>();
  for (const letter of word) {
    if (!/\p{L}/u.test(letter)) continue;
    found.add(SCRIPTS.find(({ letters }) => letters.test(letter))?.name ?? 'another');
  }
  return found;
}

/** Whether a host, as somebody wrote it, can be shown as it is. */
export function isHonestHost(host: string): boolean {
  if (ASCII.test(host)) return true;
  // Wide, small and joined forms of letters stand for others.
  if (!PLAIN.test(host) || host.normalize('NFKC') !== host) return false;
  const words = host.toLowerCase().split('.');
  const underLatin = ASCII.test(words.at(-1) ?? '');
  return words.every((word) => {
    if (ASCII.test(word)) return true;
    if (underLatin && LOOKALIKES.test(word)) return false;
    const scripts = scriptsOf(word);
    return (
      scripts.size <= 1 || TOGETHER.some((together) => [...scripts].every((script) => together.has(script)))
    );
  });
}
