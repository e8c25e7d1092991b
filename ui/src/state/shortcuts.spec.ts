import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Press } from '~/lib/chord';
import { SettingsStore } from './settings.svelte';
import { SHORTCUT_IDS, Shortcuts } from './shortcuts.svelte';

function fresh(mac = false): { shortcuts: Shortcuts; settings: SettingsStore } {
  const settings = new SettingsStore({ saveSettings: () => Promise.resolve() } as unknown as Backend);
  return { settings, shortcuts: new Shortcuts(settings, () => mac) };
}

function press(key: string, change: Partial<Press> = {}): Press {
  return {
    key,
    code: '',
    keyCode: 0,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    getModifierState: () => false,
    ...change,
  };
}

describe('the keys of shortcuts', () => {
  it('as they come neither meet one another nor what belongs to fields, input methods and the system', () => {
    for (const mac of [false, true]) {
      const { shortcuts } = fresh(mac);
      for (const id of SHORTCUT_IDS) {
        const chord = shortcuts.chord(id);
        expect(chord).not.toBeNull();
        expect([id, shortcuts.refusal(id, chord ?? '')]).toEqual([id, null]);
      }
    }
  });

  it('mean what was chosen, at once', () => {
    const { shortcuts, settings } = fresh();
    const keys = press('j', { ctrlKey: true });
    expect(shortcuts.match(keys, 'window')).toBeNull();
    shortcuts.set('palette', 'Mod+J');
    expect(shortcuts.match(keys, 'window')).toBe('palette');
    expect(shortcuts.match(press('k', { ctrlKey: true }), 'window')).toBeNull();
    expect(settings.current.shortcuts).toEqual({ palette: 'Mod+J' });
  });

  it('are told apart by where they count', () => {
    const { shortcuts } = fresh();
    const keys = press('i', { ctrlKey: true });
    expect(shortcuts.match(keys, 'window')).toBe('details');
    expect(shortcuts.match(keys, 'message')).toBe('info');
    expect(shortcuts.match(press('r'), 'window')).toBeNull();
    expect(shortcuts.match(press('r'), 'message')).toBe('reply');
  });

  it('mean the size of the page by every sign of its keys, unless one of them was given away', () => {
    const { shortcuts } = fresh();
    const sign = (key: string, code = '') => shortcuts.match(press(key, { ctrlKey: true, code }), 'window');
    for (const [key, code] of [
      ['=', 'Equal'],
      ['+', 'Equal'],
      ['+', 'NumpadAdd'],
    ] as const)
      expect(sign(key, code)).toBe('zoomIn');
    for (const [key, code] of [
      ['-', 'Minus'],
      ['_', 'Minus'],
      ['-', 'NumpadSubtract'],
    ] as const)
      expect(sign(key, code)).toBe('zoomOut');
    expect(sign('0', 'Numpad0')).toBe('zoomReset');
    expect(sign('Insert', 'Numpad0')).toBe('zoomReset');
    expect(sign('Insert', 'Insert')).toBeNull();
    shortcuts.set('emoji', 'Mod+Plus');
    expect(sign('+')).toBe('emoji');
    expect(sign('=')).toBe('zoomIn');
  });

  it('follow Cmd on a Mac, and Ctrl nowhere else than elsewhere', () => {
    const { shortcuts } = fresh(true);
    expect(shortcuts.match(press('=', { metaKey: true }), 'window')).toBe('zoomIn');
    expect(shortcuts.match(press('=', { ctrlKey: true }), 'window')).toBeNull();
  });

  it('mean nothing while something is composed', () => {
    const { shortcuts } = fresh();
    expect(shortcuts.match(press('k', { ctrlKey: true, isComposing: true }), 'window')).toBeNull();
    expect(shortcuts.match(press('k', { ctrlKey: true, keyCode: 229 }), 'window')).toBeNull();
  });

  it('are refused where they are written, taken or used already', () => {
    const { shortcuts } = fresh();
    expect(shortcuts.refusal('palette', 'K')).toEqual({ why: 'writes' });
    expect(shortcuts.refusal('palette', 'Shift+K')).toEqual({ why: 'writes' });
    expect(shortcuts.refusal('reply', 'ArrowUp')).toEqual({ why: 'writes' });
    expect(shortcuts.refusal('palette', 'Mod+V')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('palette', 'Mod+C')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('palette', 'Mod+Space')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('palette', 'Mod+Tab')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('palette', 'Meta+K')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('reply', 'Enter')).toEqual({ why: 'taken' });
    expect(shortcuts.refusal('palette', 'Mod+N')).toEqual({ why: 'clash', with: 'newChat' });
    expect(shortcuts.refusal('reply', 'E')).toEqual({ why: 'clash', with: 'react' });
    expect(shortcuts.refusal('palette', 'F3')).toBeNull();
    expect(shortcuts.refusal('reply', 'Q')).toBeNull();
  });

  it('go from one to the other, and come back', () => {
    const { shortcuts, settings } = fresh();
    shortcuts.set('palette', 'Mod+N');
    expect(shortcuts.chord('newChat')).toBeNull();
    expect(shortcuts.match(press('n', { ctrlKey: true }), 'window')).toBe('palette');
    shortcuts.reset('newChat');
    expect(shortcuts.chord('newChat')).toBe('Mod+N');
    expect(shortcuts.chord('palette')).toBeNull();
    expect(shortcuts.anyOwn).toBe(true);
    shortcuts.reset('palette');
    expect(settings.current.shortcuts).toEqual({});
    expect(shortcuts.anyOwn).toBe(false);
  });

  it('of a later version stay in the settings', () => {
    const { shortcuts, settings } = fresh();
    settings.load({ ...settings.current, shortcuts: { later: 'Mod+J' } });
    shortcuts.set('palette', 'Mod+P');
    expect(settings.current.shortcuts).toEqual({ later: 'Mod+J', palette: 'Mod+P' });
  });
});
