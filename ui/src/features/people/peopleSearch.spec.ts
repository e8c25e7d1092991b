import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '~/ipc/bindings.gen';
import { sampleUser } from '~/ipc/samples';
import { PAUSE_MS, PeopleSearch } from './peopleSearch.svelte';

const user = sampleUser;

interface Asked {
  query: string;
  answer: (users: User[]) => void;
  refuse: (error: unknown) => void;
}

function searching(): { search: PeopleSearch; asked: Asked[] } {
  const asked: Asked[] = [];
  const search = new PeopleSearch(
    (query) =>
      new Promise((answer, refuse) => {
        asked.push({ query, answer, refuse });
      }),
  );
  return { search, asked };
}

describe('searching people while typing', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks once, after a pause, for what stands in the field then', async () => {
    const { search, asked } = searching();
    search.type('l');
    search.type('la');
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    search.type('lay ');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(asked.map((each) => each.query)).toEqual(['lay']);
  });

  it('does not ask again for a blank at the end', async () => {
    const { search, asked } = searching();
    search.type('layla');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    search.type('layla ');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(asked).toHaveLength(1);
  });

  it('ignores an answer that comes after a newer question', async () => {
    const { search, asked } = searching();
    search.type('a');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    search.type('b');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    asked[1]?.answer([user(2, 'Bea')]);
    asked[0]?.answer([user(1, 'Ann')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(search.users).toEqual([user(2, 'Bea')]);
  });

  it('keeps the rows of the answer before while the next is awaited', async () => {
    const { search, asked } = searching();
    search.type('a');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    asked[0]?.answer([user(1, 'Ann')]);
    await vi.advanceTimersByTimeAsync(0);
    search.type('an');
    expect(search.state).toEqual({ kind: 'searching', users: [user(1, 'Ann')] });
  });

  it('is idle again when the field is empty, whatever is still under way', async () => {
    const { search, asked } = searching();
    search.type('a');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    search.type('');
    asked[0]?.answer([user(1, 'Ann')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(search.state).toEqual({ kind: 'idle' });
  });

  it('says why it failed and asks the same again', async () => {
    const { search, asked } = searching();
    search.type('ann');
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    asked[0]?.refuse({ kind: 'offline' });
    await vi.advanceTimersByTimeAsync(0);
    expect(search.state).toEqual({ kind: 'failed', error: { kind: 'offline' } });
    search.retry();
    asked[1]?.answer([user(1, 'Ann')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(search.state).toEqual({ kind: 'found', users: [user(1, 'Ann')] });
  });
});
