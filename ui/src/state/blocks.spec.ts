import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Block, UserId } from '~/ipc/bindings.gen';
import { Blocks } from './blocks.svelte';

interface Asked {
  answer: (list: Block[]) => void;
  refuse: (error: unknown) => void;
}

function blocking(refuse: unknown = null) {
  const asked: Asked[] = [];
  const done: [string, UserId, boolean?][] = [];
  const backend = {
    blocked: () =>
      new Promise<Block[]>((answer, reject) => {
        asked.push({ answer, refuse: reject });
      }),
    blockPerson: (_account: string, id: UserId, mutual: boolean) => {
      done.push(['block', id, mutual]);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of the border
      return refuse === null ? Promise.resolve() : Promise.reject(refuse);
    },
    unblockPerson: (_account: string, id: UserId) => {
      done.push(['unblock', id]);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of the border
      return refuse === null ? Promise.resolve() : Promise.reject(refuse);
    },
  } as unknown as Backend;
  return { blocks: new Blocks(backend, 'a1'), asked, done };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('blocked people', () => {
  it('are asked for once, however many ask for one of them', async () => {
    const { blocks, asked } = blocking();
    expect(blocks.of(2)).toBeUndefined();
    expect(blocks.of(3)).toBeUndefined();
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]?.answer([{ userId: 2, mutual: true }]);
    await turn();
    expect(blocks.of(2)).toEqual({ userId: 2, mutual: true });
    expect(blocks.of(3)).toBeUndefined();
    expect(blocks.phase).toEqual({ kind: 'ready' });
  });

  it('follow what the engine tells, also against an answer that was asked for before', async () => {
    const { blocks, asked } = blocking();
    const loaded = blocks.load();
    blocks.apply([{ userId: 5, mutual: false }]);
    asked[0]?.answer([]);
    await loaded;
    expect(blocks.list).toEqual([{ userId: 5, mutual: false }]);
  });

  it('say why they could not be loaded', async () => {
    const { blocks, asked } = blocking();
    const loaded = blocks.load();
    asked[0]?.refuse({ kind: 'storage', message: 'x' });
    await loaded;
    expect(blocks.phase).toEqual({ kind: 'failed', error: { kind: 'storage', message: 'x' } });
  });

  it('change at once when the engine took it, before its event', async () => {
    const { blocks, done } = blocking();
    blocks.apply([{ userId: 2, mutual: false }]);
    await blocks.block(3, true);
    await blocks.block(2, true);
    await blocks.unblock(3);
    expect(blocks.list).toEqual([{ userId: 2, mutual: true }]);
    expect(done).toEqual([
      ['block', 3, true],
      ['block', 2, true],
      ['unblock', 3],
    ]);
  });

  it('stay as they were when the engine refuses', async () => {
    const { blocks } = blocking({ kind: 'offline' });
    blocks.apply([{ userId: 2, mutual: false }]);
    await expect(blocks.unblock(2)).rejects.toEqual({ kind: 'offline' });
    await expect(blocks.block(3, false)).rejects.toEqual({ kind: 'offline' });
    expect(blocks.list).toEqual([{ userId: 2, mutual: false }]);
  });
});
