import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Settings } from '~/ipc/bindings.gen';
import { SettingsStore } from './settings.svelte';

/** A store, what was written through it, and a way to end the write that is under way. */
function fresh(): { settings: SettingsStore; written: Settings[]; end: (failure?: Error) => Promise<void> } {
  const written: Settings[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const saveSettings = (settings: Settings): Promise<void> => {
    written.push(settings);
    return new Promise((resolve, reject) => {
      ends.push((failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      });
    });
  };
  const settings = new SettingsStore({ saveSettings } as unknown as Backend);
  const end = async (failure?: Error): Promise<void> => {
    ends.shift()?.(failure);
    // What follows a write begins in the microtasks after it.
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
  };
  return { settings, written, end };
}

describe('a choice', () => {
  it('is on its way before anything else can be done', () => {
    const { settings, written } = fresh();
    settings.update({ undoSendS: 30 });
    expect(written.map((each) => each.undoSendS)).toEqual([30]);
  });

  it('waits for the write before it, and goes with those that came meanwhile', async () => {
    const { settings, written, end } = fresh();
    for (const listWidth of [330, 340, 350]) settings.update({ listWidth });
    expect(written.map((each) => each.listWidth)).toEqual([330]);
    await end();
    expect(written.map((each) => each.listWidth)).toEqual([330, 350]);
    await end();
    expect(written).toHaveLength(2);
  });

  it('is not lost where the one before could not be written', async () => {
    const { settings, written, end } = fresh();
    settings.update({ undoSendS: 10 });
    settings.update({ undoSendS: 30 });
    await end(new Error('the disk is full'));
    expect(written.map((each) => each.undoSendS)).toEqual([10, 30]);
  });

  it('is written before the window goes', async () => {
    const { settings, written, end } = fresh();
    settings.update({ undoSendS: 10 });
    settings.update({ undoSendS: 30 });
    const flushed = settings.flush();
    await end();
    await end();
    await flushed;
    expect(written.at(-1)?.undoSendS).toBe(30);
  });

  it('survives news from outside the page, which themselves are written by nobody', async () => {
    const { settings, written, end } = fresh();
    settings.update({ undoSendS: 10 });
    settings.update({ undoSendS: 30 });
    settings.heard({ quietUntil: 5 });
    await end();
    await end();
    expect(written.at(-1)).toMatchObject({ undoSendS: 30, quietUntil: 5 });
    settings.heard({ quietUntil: null });
    await settings.flush();
    expect(written).toHaveLength(2);
    expect(settings.current).toMatchObject({ undoSendS: 30, quietUntil: null });
  });
});
