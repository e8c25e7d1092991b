// Pictures of the browser's world: those the page gave, and drawings for the others. `data:` addresses, which the content
// policy of the real window allows.
import type { Picture } from '../bindings.gen';
import type { Memory } from './memory';

/** What Base64 text begins with, for the formats a picture may have. */
const FORMATS: readonly (readonly [begin: string, type: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** Keeps a picture and gives its uid. */
export function keepPicture(memory: Memory, picture: Picture): string {
  const type = FORMATS.find(([begin]) => picture.startsWith(begin))?.[1];
  if (type === undefined) memory.fail({ kind: 'unsupportedPicture' });
  const uid = `given-${String(memory.pictures.size + 1)}`;
  memory.pictures.set(uid, `data:${type};base64,${picture}`);
  return uid;
}

/** The address of a picture: what was given, or a landscape whose colours follow from its name. */
export function drawPicture(memory: Memory, uid: string): string {
  const given = memory.pictures.get(uid);
  if (given !== undefined) return given;
  let hue = 0;
  for (const letter of uid) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  const [sky, hill, front] = [hue, (hue + 40) % 360, (hue + 80) % 360].map(String) as [
    string,
    string,
    string,
  ];
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl(${sky} 60% 75%)"/>` +
      `<circle cx="46" cy="18" r="8" fill="hsl(${front} 80% 88%)"/><path d="M0 48 22 22 40 44 52 32 64 44V64H0Z" fill="hsl(${hill} 40% 48%)"/>` +
      `<path d="M0 56 30 42 64 58V64H0Z" fill="hsl(${front} 35% 34%)"/></svg>`,
  )}`;
}
