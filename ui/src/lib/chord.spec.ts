import { describe, expect, it } from 'vitest';
import { ariaChord, chordOf, isCommand, isComposing, modifiersOf, type Press } from './chord';

function press(key: string, change: Partial<Press> & { altGraph?: boolean } = {}): Press {
  const { altGraph = false, ...rest } = change;
  return {
    key,
    code: '',
    keyCode: 0,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    getModifierState: (name) => name === 'AltGraph' && altGraph,
    ...rest,
  };
}

describe('a chord', () => {
  it('is named by what the keys write', () => {
    expect(chordOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K');
    expect(chordOf(press('K', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+K');
    expect(chordOf(press('ArrowDown', { altKey: true, shiftKey: true }), false)).toBe('Alt+Shift+ArrowDown');
    expect(chordOf(press('r'), false)).toBe('R');
    expect(chordOf(press(' ', { ctrlKey: true }), false)).toBe('Mod+Space');
    expect(chordOf(press('+', { ctrlKey: true }), false)).toBe('Mod+Plus');
  });

  it('needs no Shift for a sign that some layouts write with it', () => {
    // A slash is Shift+7 on a German keyboard, a question mark is Shift on most.
    expect(chordOf(press('/', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+/');
    expect(chordOf(press('?', { shiftKey: true }), false)).toBe('?');
  });

  it('is named by the place of the key where the layout has no Latin letters', () => {
    expect(chordOf(press('л', { ctrlKey: true, code: 'KeyK' }), false)).toBe('Mod+K');
    expect(chordOf(press('ن', { ctrlKey: true, code: 'KeyK' }), false)).toBe('Mod+K');
    // Where it has them, the letter counts: Q and A change places on a French keyboard.
    expect(chordOf(press('a', { ctrlKey: true, code: 'KeyQ' }), false)).toBe('Mod+A');
  });

  it('has the command key of the system', () => {
    expect(chordOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
    expect(chordOf(press('k', { ctrlKey: true }), true)).toBe('Ctrl+K');
    expect(chordOf(press('k', { metaKey: true }), false)).toBe('Meta+K');
    // Option writes signs; the key is meant.
    expect(chordOf(press('˚', { altKey: true, code: 'KeyK' }), true)).toBe('Alt+K');
  });

  it('is none while an input method composes, for AltGr, for half an accent and for modifiers alone', () => {
    expect(chordOf(press('k', { ctrlKey: true, isComposing: true }), false)).toBeNull();
    expect(chordOf(press('Process', { ctrlKey: true, keyCode: 229 }), false)).toBeNull();
    expect(chordOf(press('Enter', { keyCode: 229 }), false)).toBeNull();
    expect(chordOf(press('@', { ctrlKey: true, altKey: true, altGraph: true }), false)).toBeNull();
    expect(chordOf(press('Dead', { ctrlKey: true }), false)).toBeNull();
    expect(chordOf(press('Control', { ctrlKey: true }), false)).toBeNull();
    expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
    expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
  });

  it('tells which modifiers are down before it is whole', () => {
    expect(modifiersOf(press('Shift', { ctrlKey: true, shiftKey: true }), false)).toEqual(['Mod', 'Shift']);
  });

  it('is a command when it cannot be writing', () => {
    expect(['Mod+K', 'Alt+ArrowUp', 'F5', 'Ctrl+J'].map(isCommand)).toEqual([true, true, true, true]);
    expect(['K', 'Shift+K', '?', 'ArrowUp'].map(isCommand)).toEqual([false, false, false, false]);
  });

  it('is told to screen readers with their names of the keys', () => {
    expect(ariaChord('Mod+Shift+K', false)).toBe('Control+Shift+K');
    expect(ariaChord('Mod+K', true)).toBe('Meta+K');
  });
});
