import { describe, expect, it } from 'vitest';
import { dialogNumber, initialsOf, portraitOf } from './portrait';

const HUES = ['ochre', 'sienna', 'madder', 'plum', 'iris', 'cobalt', 'slate', 'petrol', 'viridian', 'moss'];

describe('the colour of a person', () => {
  it.each([
    [1, 'viridian', 2],
    [42, 'petrol', 1],
    [5187204, 'iris', 2],
    [5187211, 'iris', 0],
    [5187260, 'cobalt', 1],
    [5187318, 'viridian', 2],
  ])('follows from the id: %i is %s with light plane %i', (id, hue, light) => {
    const portrait = portraitOf(id);
    expect([HUES[portrait.hue], portrait.light]).toEqual([hue, light]);
  });

  it('spreads neighbouring ids over all hues', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, i) => portraitOf(7_000_000 + i).hue));
    expect(seen.size).toBe(HUES.length);
  });

  it('takes the first eight hex digits of a chat', () => {
    expect(dialogNumber('5356c64ab35c12bd3b108a41')).toBe(0x5356c64a);
    expect(dialogNumber('not an id')).toBe(0);
  });
});

describe('initials', () => {
  it.each([
    ['Mira Lindqvist', 'ML'],
    ['olena', 'O'],
    ['Housing co-op, block 4', 'HC'],
    ['  Ana   Maria Silva ', 'AM'],
    ['42 Rue', 'R'],
    ['🎉 Party Time', 'PT'],
    ['ليلى حداد', 'ل'],
    ['דנה לוי', 'ד'],
    ['Rust ليلى', 'R'],
    ['Élodie Öz', 'ÉÖ'],
    ['(Design) "crit"', 'DC'],
    ['12345', ''],
    ['', ''],
  ])('of %j are %j', (name, expected) => {
    expect(initialsOf(name)).toBe(expected);
  });

  it('joins a decomposed letter with its accent', () => {
    expect(initialsOf('E\u0301lodie')).toBe('É');
  });

  it('leaves a letter that would become two as it is', () => {
    expect(initialsOf('ßeta')).toHaveLength(1);
  });
});
