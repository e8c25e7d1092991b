import { expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Staged, Staging } from '~/ipc/bindings.gen';
import { sampleStaged } from '~/ipc/samples';
import { Tray } from './tray.svelte';

function start(kept: Staged[] = []) {
  const put: number[][] = [];
  const backend = {
    staged: () => Promise.resolve(kept),
    unstage: (_account: string, ids: number[]) => {
      put.push(ids);
      return Promise.resolve();
    },
  } as unknown as Backend;
  return { tray: new Tray(backend, 'a', 'd'), put };
}

const chosen = (...ids: number[]): Promise<Staging> =>
  Promise.resolve({ staged: ids.map((id) => sampleStaged({ id, size: id * 100 })), refused: [] });
const ids = (tray: Tray): number[] => tray.items.map((item) => item.id);

it('brings back what was chosen before, once', async () => {
  const { tray } = start([sampleStaged({ id: 1 })]);
  await tray.load();
  await tray.load();
  expect(ids(tray)).toEqual([1]);
});

it('keeps the order of choosing and changes it on demand', async () => {
  const { tray } = start();
  await tray.add(chosen(1, 2, 3));
  tray.move(3, 0);
  expect(ids(tray)).toEqual([3, 1, 2]);
  tray.move(3, 9);
  expect(ids(tray)).toEqual([1, 2, 3]);
  tray.move(7, 0);
  expect(ids(tray)).toEqual([1, 2, 3]);
});

it('puts one away for good, even when a late answer names it', async () => {
  const { tray, put } = start();
  await tray.add(chosen(1, 2));
  tray.remove(1);
  await tray.add(chosen(1));
  expect(ids(tray)).toEqual([2]);
  expect(put).toEqual([[1]]);
  expect(tray.bytes).toBe(200);
});

it('says which were refused until that was read', async () => {
  const { tray } = start();
  await tray.add(Promise.resolve({ staged: [], refused: [{ name: 'film.mkv', reason: 'tooLarge' }] }));
  expect(tray.refused).toHaveLength(1);
  tray.dismiss();
  expect(tray.refused).toEqual([]);
});

it('says when nothing came at all', async () => {
  const { tray } = start();
  await tray.add(Promise.reject(new Error('no clipboard')));
  expect(tray.failed).toBe(true);
  expect(tray.reading).toBe(0);
});

it('hands over to a message and takes back what was not taken', async () => {
  const { tray } = start();
  await tray.add(chosen(1, 2));
  tray.asFiles = true;
  const { attachments, restore } = tray.take();
  expect(attachments).toEqual([
    { type: 'staged', payload: { id: 1, asFile: true } },
    { type: 'staged', payload: { id: 2, asFile: true } },
  ]);
  expect(ids(tray)).toEqual([]);
  expect(tray.asFiles).toBe(false);
  restore();
  expect(ids(tray)).toEqual([1, 2]);
});
