import { describe, expect, it } from 'vitest';
import { fitting, mentionAt, mentionedIn } from './mentions';

const people = [
  { id: 1, name: 'Ann' },
  { id: 2, name: 'Ann Lee' },
  { id: 3, name: 'Tomás Rivera' },
  { id: 4, name: '' },
];

describe('a mention being written', () => {
  it.each([
    ['@', 1, { from: 0, query: '' }],
    ['so @to', 6, { from: 3, query: 'to' }],
    ['so @ann l', 9, { from: 3, query: 'ann l' }],
    ['a@b', 3, null],
    ['@ann\nx', 6, null],
    ['@ ann', 5, null],
    ['@one two three four', 19, null],
    ['words', 5, null],
    ['x @a y', 2, null],
  ] as const)('%j with the caret at %i is %j', (text, caret, expected) => {
    expect(mentionAt(text, caret)).toEqual(expected);
  });

  it('finds people by any word of the name, without accents', () => {
    expect(fitting(people, 'tomas').map(({ id }) => id)).toEqual([3]);
    expect(fitting(people, 'riv').map(({ id }) => id)).toEqual([3]);
    expect(fitting(people, 'ann').map(({ id }) => id)).toEqual([1, 2]);
    expect(fitting(people, 'nn')).toEqual([]);
  });
});

describe('whom a text names', () => {
  it('takes the longest name, each person once, and no halves of words', () => {
    expect(mentionedIn('@Ann Lee, @Ann Lee and @Tomás Rivera', people)).toEqual([2, 3]);
    expect(mentionedIn('@Anna and mail@Ann', people)).toEqual([]);
    expect(mentionedIn('(@Ann)', people)).toEqual([1]);
  });
});
