import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { READ_AFTER_MS, ReadTracker } from './readTracker';

function said(index: number): Message {
  return sampleMessage({ id: `id-${String(index)}`, sentAt: index * 1000, status: 'delivered' });
}

describe('what counts as read', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is what stood on the screen for half a second, up to the newest of it', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), true);
    tracker.see(said(1), true);
    tracker.see(said(2), true);
    vi.advanceTimersByTime(READ_AFTER_MS - 1);
    expect(read).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(read).toEqual(['id-2']);
  });

  it('is not what was scrolled past', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), true);
    tracker.see(said(1), true);
    vi.advanceTimersByTime(300);
    tracker.see(said(1), false);
    vi.advanceTimersByTime(5000);
    expect(read).toEqual([]);
  });

  it('is nothing while the window has no focus, and begins anew with it', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), false);
    tracker.see(said(1), true);
    vi.advanceTimersByTime(5000);
    expect(read).toEqual([]);
    tracker.focus(true);
    vi.advanceTimersByTime(READ_AFTER_MS);
    expect(read).toEqual(['id-1']);
  });

  it('gives up the time so far when the focus goes', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), true);
    tracker.see(said(1), true);
    vi.advanceTimersByTime(400);
    tracker.focus(false);
    vi.advanceTimersByTime(400);
    tracker.focus(true);
    vi.advanceTimersByTime(400);
    expect(read).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(read).toEqual(['id-1']);
  });

  it('gives a later arrival its own half second', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), true);
    tracker.see(said(1), true);
    vi.advanceTimersByTime(400);
    tracker.see(said(2), true);
    vi.advanceTimersByTime(100);
    expect(read).toEqual(['id-1']);
    vi.advanceTimersByTime(READ_AFTER_MS);
    expect(read).toEqual(['id-1', 'id-2']);
  });

  it('is never told twice and never goes back', () => {
    const read: string[] = [];
    const tracker = new ReadTracker((id) => read.push(id), true);
    tracker.see(said(5), true);
    vi.advanceTimersByTime(READ_AFTER_MS);
    tracker.see(said(3), true);
    tracker.see(said(5), false);
    tracker.see(said(5), true);
    vi.advanceTimersByTime(5000);
    expect(read).toEqual(['id-5']);
  });
});
