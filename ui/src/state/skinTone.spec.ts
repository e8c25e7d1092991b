import { describe, expect, it } from 'vitest';
import { keepSkinTone, skinTone, withSkin } from './skinTone';

describe('the skin of emoji', () => {
  const store = (): Pick<Storage, 'getItem' | 'setItem'> => {
    const kept = new Map<string, string>();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  };

  it('is remembered, and yellow at first', () => {
    const kept = store();
    expect(skinTone(kept)).toBe(0);
    keepSkinTone(4, kept);
    expect(skinTone(kept)).toBe(4);
  });

  it('is yellow where something else stands', () => {
    for (const text of ['6', '-1', 'dark', '1.5'])
      expect(skinTone({ getItem: () => text, setItem: () => undefined })).toBe(0);
  });

  it('is put on what has one', () => {
    const wave = { unicode: '👋', skins: ['👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿'] };
    expect(withSkin(wave, 0)).toBe('👋');
    expect(withSkin(wave, 5)).toBe('👋🏿');
    expect(withSkin({ unicode: '🎉', skins: [] }, 5)).toBe('🎉');
  });
});
