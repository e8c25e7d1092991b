import { describe, expect, it } from 'vitest';
import type { Message, SystemLine, UserId } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { systemPieces, systemText, type SystemWords } from './systemLine';

const NAMES: Record<UserId, string> = { 1: 'Mira', 2: 'Ann', 3: 'Bob', 4: 'Cleo', 5: 'Dan', 6: 'Eva' };
const WORDS: SystemWords = { me: 1, nameOf: (id) => NAMES[id] ?? 'Somebody' };

function line(system: SystemLine, senderId = 2): Message {
  return sampleMessage({ senderId, system });
}

const says = (system: SystemLine, senderId?: number): string => systemText(line(system, senderId), WORDS);

describe('the words of a system line', () => {
  it('name who did it, to whom', () => {
    expect(says({ type: 'added', payload: { userIds: [3] } })).toBe('Ann added Bob');
    expect(says({ type: 'removed', payload: { userIds: [3, 4] } })).toBe('Ann removed Bob and Cleo');
    expect(says({ type: 'left' })).toBe('Ann left');
  });

  it('speak to me where it was I, or about me', () => {
    expect(says({ type: 'left' }, 1)).toBe('You left');
    expect(says({ type: 'added', payload: { userIds: [3, 1] } })).toBe('Ann added you and Bob');
  });

  it('count the names beyond a few', () => {
    expect(says({ type: 'added', payload: { userIds: [3, 4, 5, 6, 7, 8] } })).toMatch(
      /^Ann added Bob, Cleo, Dan,? and 3 others$/,
    );
  });

  it('mark names as such, also one that runs the other way', () => {
    expect(systemPieces(line({ type: 'renamed', payload: { name: 'رحلة' } }), WORDS)).toEqual([
      { text: 'Ann', name: true },
      { text: ' changed the name to “', name: false },
      { text: 'رحلة', name: true },
      { text: '”', name: false },
    ]);
  });

  it('are not broken by marks of direction inside a name', () => {
    expect(says({ type: 'renamed', payload: { name: 'a\u2069b\u2068c' } })).toBe(
      'Ann changed the name to “abc”',
    );
  });

  it('are none for what somebody wrote', () => {
    expect(systemPieces({ ...line({ type: 'left' }), system: null }, WORDS)).toEqual([]);
  });
});
