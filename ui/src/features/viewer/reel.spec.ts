import { beforeEach, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Message, SharedPage } from '~/ipc/bindings.gen';
import { sampleAttachment, sampleMessage } from '~/ipc/samples';
import { Reel } from './reel.svelte';

const picture = (id: string, change: Partial<Message> = {}): Message =>
  sampleMessage({ id, attachments: [sampleAttachment({ file: { type: 'remote' } })], ...change });

/** All of the chat, newest first, as the engine lists it. */
let chat: Message[];
let reel: Reel;

async function open(id: string): Promise<Reel> {
  const backend = {
    sharedCounts: () => Promise.resolve({ media: chat.length, files: 0, links: 0, locations: 0 }),
    sharedAttachments: (): Promise<SharedPage> =>
      Promise.resolve({ items: chat.map((message) => ({ message, index: 0 })), next: null }),
  } as unknown as Backend;
  const message = chat.find((each) => each.id === id);
  if (!message) throw new Error(id);
  const opened = new Reel(backend, 'a', 'd', message, 0);
  await opened.load();
  return opened;
}

const shown = (): string[] => reel.shots.map(({ message }) => message.id);

beforeEach(async () => {
  chat = ['c', 'b', 'a'].map((id) => picture(id));
  reel = await open('b');
});

it('goes from the oldest to the newest, and counts', async () => {
  expect(shown()).toEqual(['a', 'b', 'c']);
  expect([reel.place, reel.total]).toEqual([2, 3]);
  await reel.go(1);
  expect([reel.place, reel.total]).toEqual([3, 3]);
});

it('shows a file that came, wherever in the chat its message is', () => {
  reel.filesChanged([{ messageId: 'b', index: 0, file: { type: 'here' } }]);
  expect(reel.shot?.item.file).toEqual({ type: 'here' });
  expect(reel.shots[0]?.item.file).toEqual({ type: 'remote' });
});

it('leaves everything as it is where nothing of it changed', () => {
  const { shots } = reel;
  reel.filesChanged([{ messageId: 'elsewhere', index: 0, file: { type: 'here' } }]);
  reel.messagesChanged([picture('elsewhere')], []);
  expect(reel.shots).toBe(shots);
});

it('takes other words of a message', () => {
  reel.messagesChanged([picture('b', { text: 'At dawn' })], []);
  expect(reel.shot?.message.text).toBe('At dawn');
});

it('goes to what is beside it when a message is deleted for everybody', () => {
  reel.messagesChanged([picture('b', { deleted: true, attachments: [] })], []);
  expect(shown()).toEqual(['a', 'c']);
  expect(reel.shot?.message.id).toBe('c');
  expect([reel.place, reel.total]).toEqual([2, 2]);
});

it('stays where it is when another one goes', () => {
  reel.messagesChanged([], ['a']);
  expect(reel.shot?.message.id).toBe('b');
  expect(reel.at).toBe(0);
});

it('has nothing to show when the last one is gone', () => {
  reel.messagesChanged([], ['a', 'b', 'c']);
  expect(reel.shot).toBeUndefined();
});

it('wants the one that is looked at first, then its neighbours', () => {
  expect(reel.wanted.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
});
