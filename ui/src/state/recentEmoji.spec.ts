import { describe, expect, it } from 'vitest';
import { noteEmoji, QUICK, recentEmoji } from './recentEmoji';

function store(kept: string | null = null) {
  let value = kept;
  return {
    getItem: () => value,
    setItem: (_key: string, next: string) => {
      value = next;
    },
  };
}

describe('the recent reactions', () => {
  it('begin with common ones', () => {
    expect(recentEmoji(store())).toHaveLength(QUICK);
    expect(recentEmoji(store())[0]).toBe('👍');
  });

  it('take a new one to the front and leave the order of known ones', () => {
    const kept = store();
    noteEmoji('🥾', kept);
    expect(recentEmoji(kept)[0]).toBe('🥾');
    expect(recentEmoji(kept)).toHaveLength(QUICK);
    const order = recentEmoji(kept);
    noteEmoji('😂', kept);
    expect(recentEmoji(kept)).toEqual(order);
  });

  it('survive what is no list', () => {
    expect(recentEmoji(store('{"a":1}'))).toHaveLength(QUICK);
    expect(recentEmoji(store('no json'))).toHaveLength(QUICK);
    expect(recentEmoji(store('[1,2]'))[0]).toBe('👍');
  });
});
