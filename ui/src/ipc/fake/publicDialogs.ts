// Public chats of the application that the person is not in: what “Explore” finds.
import type { PublicDialog } from '../bindings.gen';

const NAMES: readonly (readonly [name: string, people: number, description: string | null])[] = [
  ['Night sky watchers', 812, 'Where to look tonight, and through what.'],
  ['City cyclists', 4310, 'Routes, repairs and rides that start on Saturday at nine.'],
  ['Sourdough', 1207, 'Flour, water, patience.'],
  ['Old cameras', 96, null],
  ['Trail running', 655, 'Slow ones welcome.'],
  ['Chess at lunch', 48, 'Ten minutes a side.'],
  ['Community garden', 133, 'Seeds to give away, hands wanted.'],
  ['Film photography', 940, 'Developed at home.'],
];

/** Enough for three pages; every third cannot be read from outside. */
export function publicDialogsOf(): PublicDialog[] {
  return Array.from({ length: 48 }, (_, index) => {
    const [name, people, description] = NAMES[index % NAMES.length] ?? ['', 0, null];
    const round = Math.floor(index / NAMES.length);
    return {
      id: (0xe0000000 + index).toString(16).padEnd(24, '0'),
      name: round === 0 ? name : `${name} ${String(round + 1)}`,
      photo: index % 4 === 0 ? `photo-public-${String(index)}` : null,
      description,
      occupantCount: Math.max(3, people - round * 7),
      allowPreview: index % 3 !== 2,
      subscribed: false,
    };
  });
}
