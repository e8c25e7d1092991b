import { describe, expect, it } from 'vitest';
import { fold } from '~/features/chats/filter';
import { nameParts, optionAt, step, type Group, type Option } from './results';

const row = (id: string): Option => ({ kind: 'step', id, label: id, run: () => undefined });
const groups: Group[] = [
  { id: 'a', title: 'A', options: [row('1'), row('2')] },
  { id: 'empty', title: 'E', options: [], line: 'none' },
  { id: 'b', title: 'B', options: [row('3')] },
];

describe('the options of a search', () => {
  it('are walked over groups and around the ends', () => {
    expect(step(groups, null, 1)).toBe('step-1');
    expect(step(groups, null, -1)).toBe('step-3');
    expect(step(groups, 'step-2', 1)).toBe('step-3');
    expect(step(groups, 'step-3', 1)).toBe('step-1');
    expect(step(groups, 'step-1', -1)).toBe('step-3');
    expect(step([], 'step-1', 1)).toBeNull();
  });

  it('are found by their keys', () => {
    expect(optionAt(groups, 'step-3')).toMatchObject({ id: '3' });
    expect(optionAt(groups, 'step-9')).toBeNull();
  });
});

describe('a name', () => {
  const marked = (name: string, query: string): string =>
    nameParts(name, query, fold)
      .map((part) => (part.hit ? `[${part.text}]` : part.text))
      .join('');

  it('has the beginnings marked that were typed', () => {
    expect(marked('Hut committee', 'hut com')).toBe('[Hut] [com]mittee');
    expect(marked('Tomás Rivera', 'tomas')).toBe('[Tomás] Rivera');
    expect(marked('Ridge Walk', 'alk')).toBe('Ridge Walk');
    expect(marked('رحلة الجبل', 'رح')).toBe('[رح]لة الجبل');
  });
});
