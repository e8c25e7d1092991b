import { expect, it, vi } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Staged, Staging } from '~/ipc/bindings.gen';
import { sampleStaged } from '~/ipc/samples';
import { Tray } from './tray.svelte';

/** A promise that the test settles. */
function pending<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function start(
  kept: Staged[] = [],
  frame: (url: string) => Promise<string | null> = () => Promise.resolve(null),
) {
  const put: number[][] = [];
  const arranged: [number[], number[]][] = [];
  const posters: [number, string][] = [];
  const told = pending<void>();
  const backend = {
    staged: () => Promise.resolve(kept),
    unstage: (_account: string, ids: number[]) => {
      put.push(ids);
      return Promise.resolve();
    },
    arrangeStaged: (_account: string, _dialog: string, ids: number[], asFiles: number[]) => {
      arranged.push([ids, asFiles]);
      return told.promise;
    },
    openStaged: (_account: string, id: number) => Promise.resolve({ url: `film ${String(id)}` }),
    setPoster: (_account: string, id: number, picture: string) => {
      posters.push([id, picture]);
      return Promise.resolve();
    },
  } as unknown as Backend;
  return { tray: new Tray(backend, 'a', 'd', frame), put, arranged, told, posters };
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
  expect(tray.asFiles).toBe(true);
});

it('lets the engine keep the order and the way of sending, the last word at the end', async () => {
  const { tray, arranged, told } = start();
  await tray.add(chosen(1, 2, 3));
  expect(arranged).toEqual([]);
  tray.move(3, 0);
  // While that is on its way, only what it comes to counts.
  tray.asFiles = true;
  tray.move(2, 0);
  expect(arranged).toEqual([[[3, 1, 2], []]]);
  told.resolve();
  await vi.waitFor(() => expect(arranged).toHaveLength(2));
  expect(arranged[1]).toEqual([
    [2, 3, 1],
    [2, 3, 1],
  ]);
  await tray.add(chosen(4));
  await vi.waitFor(() =>
    expect(arranged[2]).toEqual([
      [2, 3, 1, 4],
      [2, 3, 1, 4],
    ]),
  );
});

it('sends each picture the way that was said of it', async () => {
  const { tray } = start();
  await tray.add(chosen(1), 1, 'pictures');
  await tray.add(chosen(2), 1, 'files');
  expect(tray.asFiles).toBe(false);
  // What comes without a word is not sent with the place it was taken at.
  await tray.add(chosen(3));
  const sent = tray.take().attachments.map((each) => each.payload);
  expect(sent).toEqual([
    { id: 1, asFile: false },
    { id: 2, asFile: true },
    { id: 3, asFile: false },
  ]);
});

it('keeps no way for what never came', async () => {
  const { tray } = start();
  await tray.add(chosen(), 0, 'files');
  await tray.add(chosen(1));
  expect(tray.asFiles).toBe(false);
});

it('comes back as it was to be sent', async () => {
  const { tray } = start([sampleStaged({ id: 2, asFile: true }), sampleStaged({ id: 1, asFile: true })]);
  await tray.load();
  expect(ids(tray)).toEqual([2, 1]);
  expect(tray.asFiles).toBe(true);
});

const film = (id: number, change: Partial<Staged> = {}): Staged =>
  sampleStaged({ id, kind: 'video', canBeImage: false, hasPicture: false, ...change });

it('gives films their posters, one after another, once', async () => {
  const frames: string[] = [];
  const { tray, posters } = start([film(1), film(2, { hasPicture: true }), film(3)], (url) => {
    frames.push(url);
    return Promise.resolve(url === 'film 1' ? null : 'frame');
  });
  await tray.load();
  await vi.waitFor(() => expect(posters).toEqual([[3, 'frame']]));
  expect(frames).toEqual(['film 1', 'film 3']);
  expect(tray.items.map((item) => item.hasPicture)).toEqual([false, true, true]);
});

it('draws on when one of them was put away', async () => {
  const first = pending<string | null>();
  const { tray, posters } = start([], (url) => (url === 'film 1' ? first.promise : Promise.resolve('frame')));
  await tray.add(Promise.resolve({ staged: [film(1), film(2)], refused: [] }));
  tray.remove(1);
  first.reject(new Error('it is gone'));
  await vi.waitFor(() => expect(posters).toEqual([[2, 'frame']]));
});

it('sends without waiting for a poster, and shows it when the message was not taken', async () => {
  const frame = pending<string | null>();
  const { tray, posters } = start([], () => frame.promise);
  await tray.add(Promise.resolve({ staged: [film(1)], refused: [] }));
  const { restore } = tray.take();
  frame.resolve('frame');
  await vi.waitFor(() => expect(posters).toEqual([[1, 'frame']]));
  restore();
  expect(tray.items.map((item) => item.hasPicture)).toEqual([true]);
});
