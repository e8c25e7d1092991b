import { expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { SharedPage } from '~/ipc/bindings.gen';
import { sampleAttachment, sampleMessage } from '~/ipc/samples';
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

it('keeps what lies behind the newest when something new came', async () => {
  const answers = {
    newest: page(['f', 'e'], 'x'),
    x: page(['d', 'c'], 'y'),
    y: page(['b', 'a'], null),
    z: page(['e'], 'x'),
  };
  const list = start(answers);
  await list.load();
  await list.loadMore();
  answers.newest = page(['g', 'f'], 'z');
  await list.load();
  expect(ids(list)).toEqual(['g', 'f', 'e', 'd', 'c']);
  await list.loadMore();
  expect(ids(list)).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a']);
  expect(list.more).toBe(false);
});

it('begins anew where the newest no longer reaches what was listed', async () => {
  const answers = { newest: page(['b', 'a'], 'x') };
  const list = start(answers);
  await list.load();
  answers.newest = page(['z', 'y'], 'w');
  await list.load();
  expect(ids(list)).toEqual(['z', 'y']);
});

it('shows files that came, and lists nothing that was deleted', async () => {
  const list = start({ newest: page(['b', 'a'], null) });
  await list.load();
  const message = sampleMessage({ id: 'b', attachments: [sampleAttachment({ file: { type: 'remote' } })] });
  list.items = [{ message, index: 0 }, ...list.items.slice(1)];
  list.filesChanged([{ messageId: 'b', index: 0, file: { type: 'here' } }]);
  expect(list.items[0]?.message.attachments[0]?.file).toEqual({ type: 'here' });
  list.messagesChanged([sampleMessage({ id: 'a', deleted: true })], []);
  expect(ids(list)).toEqual(['b']);
  list.messagesChanged([], ['b']);
  expect(ids(list)).toEqual([]);
});
