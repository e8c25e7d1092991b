import { expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { SharedPage } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { SharedList } from './sharedList.svelte';

const page = (ids: string[], next: string | null): SharedPage => ({
  items: ids.map((id) => ({ message: sampleMessage({ id }), index: 0 })),
  next,
});

function start(answers: Record<string, SharedPage | Error>) {
  const backend = {
    sharedAttachments: (_account: string, _dialog: string, _kind: string, before: string | null) => {
      const answer = answers[before ?? 'newest'];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as Backend;
  return new SharedList(backend, 'a', 'd', 'media');
}

const ids = (list: SharedList): string[] => list.items.map((item) => item.message.id);

it('lists page after page, each thing once', async () => {
  const list = start({ newest: page(['c', 'b'], 'x'), x: page(['b', 'a'], null) });
  await list.load();
  expect(list.more).toBe(true);
  await list.loadMore();
  expect(ids(list)).toEqual(['c', 'b', 'a']);
  expect(list.more).toBe(false);
  await list.loadMore();
  expect(ids(list)).toEqual(['c', 'b', 'a']);
});

it('begins anew with the newest', async () => {
  const answers = { newest: page(['a'], null) };
  const list = start(answers);
  await list.load();
  answers.newest = page(['b', 'a'], null);
  await list.load();
  expect(ids(list)).toEqual(['b', 'a']);
});

it('says when it could not be listed', async () => {
  const list = start({ newest: new Error('disk') });
  await list.load();
  expect(list.phase).toBe('failed');
});
