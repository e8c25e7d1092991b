import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stayMs, Toast } from './toast.svelte';

const back = { label: 'Undo', run: () => undefined };

describe('what floats at the lower edge', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('stays as long as its words take to be read, longer with a way back', () => {
    const short = stayMs({ text: 'Copied', action: null });
    const long = stayMs({ text: 'x'.repeat(60), action: null });
    expect(short).toBeLessThan(long);
    expect(long).toBeLessThan(stayMs({ text: 'Copied', action: back }));
    expect(stayMs({ text: 'x'.repeat(5000), action: null })).toBe(stayMs({ text: '', action: back }));
  });

  it('goes by itself, and waits while it is looked at', () => {
    const toast = new Toast();
    toast.show('Copied');
    toast.pause();
    vi.runAllTimers();
    expect(toast.words?.text).toBe('Copied');
    toast.resume();
    vi.runAllTimers();
    expect(toast.words).toBeNull();
    // A pointer that leaves what has just gone brings nothing back and starts no clock.
    toast.resume();
    expect(vi.getTimerCount()).toBe(0);
  });
});
