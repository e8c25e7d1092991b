import { expect, it } from 'vitest';
import { chosenShortcut, IN_MENU, menuWords } from './menuWords';

it('gives each command its words and the keys that it has now', () => {
  const words = menuWords({ chord: (id) => (id === 'lock' ? null : `Mod+${id}`) });
  expect(words.commands.map(({ id }) => id)).toEqual(['about', ...IN_MENU]);
  expect(words.commands.every(({ label }) => label !== '')).toBe(true);
  const keysOf = (wanted: string) => words.commands.find(({ id }) => id === wanted)?.keys;
  expect(keysOf('newChat')).toBe('Mod+newChat');
  expect(keysOf('lock')).toBeNull();
  expect(keysOf('about')).toBeNull();
});

it('takes nothing but what stands in the bar', () => {
  expect(chosenShortcut('newChat')).toBe('newChat');
  expect(chosenShortcut('remove')).toBeNull();
  expect(chosenShortcut('toString')).toBeNull();
});
