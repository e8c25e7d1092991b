import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PAUSE_MS, REPEAT_MS, TypingSignal } from './typingSignal';

describe('the sign of writing', () => {
  let sent: boolean[];
  let signal: TypingSignal;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    signal = new TypingSignal(
      (typing) => sent.push(typing),
      () => Date.now(),
    );
  });
  afterEach(() => void vi.useRealTimers());

  it('goes out with the first key and then every few seconds at most', () => {
    for (let ms = 0; ms < REPEAT_MS; ms += 200) {
      signal.typed(false);
      vi.advanceTimersByTime(200);
    }
    expect(sent).toEqual([true]);
    signal.typed(false);
    expect(sent).toEqual([true, true]);
  });

  it('ends after five seconds without a key', () => {
    signal.typed(false);
    vi.advanceTimersByTime(PAUSE_MS - 1);
    expect(sent).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([true, false]);
  });

  it('ends at once with the sending, and only once', () => {
    signal.typed(false);
    signal.stop();
    signal.stop();
    vi.advanceTimersByTime(2 * PAUSE_MS);
    expect(sent).toEqual([true, false]);
  });

  it('ends when the field is emptied', () => {
    signal.typed(false);
    signal.typed(true);
    expect(sent).toEqual([true, false]);
  });

  it('says nothing when nobody was told', () => {
    signal.stop();
    signal.typed(true);
    expect(sent).toEqual([]);
  });

  it('begins at once after a pause', () => {
    signal.typed(false);
    signal.stop();
    signal.typed(false);
    expect(sent).toEqual([true, false, true]);
  });
});
