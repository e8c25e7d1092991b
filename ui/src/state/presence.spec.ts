import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { UserId } from '~/ipc/bindings.gen';
import { MOST_WATCHED, Presence, SETTLE_MS } from './presence.svelte';

const ME = 1;
const keys = { rows: {}, header: {}, occupants: {}, profile: {} };

function watching(refuse: () => boolean = () => false) {
  const asked: UserId[][] = [];
  const backend = {
    watchActivity: (_account: string, people: UserId[]) => {
      asked.push(people);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of the border
      return refuse() ? Promise.reject({ kind: 'offline' }) : Promise.resolve();
    },
  } as unknown as Backend;
  let connected = true;
  const presence = new Presence(backend, 'a1', ME, () => connected);
  return {
    presence,
    asked,
    connect: (yes: boolean) => (connected = yes),
    settled: () => vi.advanceTimersByTimeAsync(SETTLE_MS),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('who is watched', () => {
  it('is everybody on the screen, once, in one request', async () => {
    const { presence, asked, settled } = watching();
    presence.show(keys.rows, [4, 2, 3]);
    presence.show(keys.header, [2, 9]);
    await settled();
    expect(asked).toEqual([[2, 3, 4, 9]]);
  });

  it('is asked for when scrolling rests, not per row', async () => {
    const { presence, asked, settled } = watching();
    for (let first = 2; first < 40; first += 1) {
      presence.show(keys.rows, [first, first + 1]);
      await vi.advanceTimersByTimeAsync(16);
    }
    await settled();
    expect(asked).toEqual([[39, 40]]);
  });

  it('never includes oneself', async () => {
    const { presence, asked, settled } = watching();
    presence.show(keys.rows, [ME, 2]);
    await settled();
    expect(asked).toEqual([[2]]);
  });

  it('is not asked for again when it did not change', async () => {
    const { presence, asked, settled } = watching();
    presence.show(keys.rows, [2, 3]);
    await settled();
    presence.show(keys.rows, [3, 2]);
    await settled();
    expect(asked).toHaveLength(1);
  });

  it('becomes nobody when the last screen is left', async () => {
    const { presence, asked, settled } = watching();
    presence.show(keys.rows, [2]);
    await settled();
    presence.hide(keys.rows);
    await settled();
    expect(asked).toEqual([[2], []]);
  });

  it('has a limit, and what was opened last comes first', async () => {
    const { presence, asked, settled } = watching();
    const crowd = Array.from({ length: 1000 }, (_, index) => index + 10);
    presence.show(keys.occupants, crowd);
    presence.show(keys.profile, [5000]);
    await settled();
    expect(asked[0]).toHaveLength(MOST_WATCHED);
    expect(asked[0]).toContain(5000);
  });

  it('is asked for again after a refusal, with the next change', async () => {
    let refused = true;
    const { presence, asked, settled } = watching(() => refused);
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    presence.show(keys.rows, [2]);
    await settled();
    refused = false;
    presence.show(keys.rows, [2]);
    await settled();
    expect(asked).toEqual([[2], [2]]);
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  it('is told to the engine again after a lag', async () => {
    const { presence, asked, settled } = watching();
    presence.show(keys.rows, [2]);
    await settled();
    presence.reload();
    await settled();
    expect(asked).toEqual([[2], [2]]);
  });
});

describe('what is known of them', () => {
  it('comes with the event', async () => {
    const { presence, settled } = watching();
    presence.show(keys.rows, [2, 3]);
    await settled();
    expect(presence.of(2)).toBeUndefined();
    presence.apply([
      { userId: 2, activity: { type: 'online' } },
      { userId: 3, activity: { type: 'lastSeen', payload: 7 } },
    ]);
    expect(presence.online(2)).toBe(true);
    expect(presence.online(3)).toBe(false);
    expect(presence.of(3)).toEqual({ type: 'lastSeen', payload: 7 });
  });

  it('is forgotten when they are no longer watched', async () => {
    const { presence, settled } = watching();
    presence.show(keys.rows, [2]);
    await settled();
    presence.apply([{ userId: 2, activity: { type: 'online' } }]);
    presence.show(keys.rows, [3]);
    await settled();
    expect(presence.of(2)).toBeUndefined();
  });

  it('is not shown without a connection', () => {
    const { presence, connect } = watching();
    presence.apply([{ userId: 2, activity: { type: 'online' } }]);
    connect(false);
    expect(presence.online(2)).toBe(false);
  });
});
