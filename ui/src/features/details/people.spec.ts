import { describe, expect, it } from 'vitest';
import { inOrder, standingOf } from './people';

const CHAT = { ownerId: 5, adminIds: [4, 2] };
const NAMES: Record<number, string> = { 1: 'Émile', 2: 'Zoë', 3: 'Anna', 4: 'Bert', 5: 'Xenia', 6: '' };

describe('the people of a chat', () => {
  it('stand by their role, then by name as the language sorts, the unknown last', () => {
    expect(inOrder(CHAT, [6, 1, 2, 3, 4, 5], (id) => NAMES[id] ?? '')).toEqual([5, 4, 2, 3, 1, 6]);
  });

  it('are the owner, an admin, or neither', () => {
    expect(standingOf(CHAT, 5)).toBe('owner');
    expect(standingOf(CHAT, 2)).toBe('admin');
    expect(standingOf(CHAT, 1)).toBe('occupant');
  });
});
