import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Attachment, AttachmentRef, FileState, Message } from '~/ipc/bindings.gen';
import { OnScreen } from './onScreen';

const VIEW = { top: 0, bottom: 800 };

/** Files of messages that stand one below the other, and what the engine is told of them. */
function conversation(rows: readonly { id: string; top: number }[]) {
  const files = new Map<string, FileState>();
  const told: AttachmentRef[][] = [];
  const view = {
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    getBoundingClientRect: () => VIEW,
    querySelectorAll: () =>
      rows.map(({ id, top }) => ({
        dataset: { id },
        getBoundingClientRect: () => ({ top, bottom: top + 100 }),
      })),
  } as unknown as HTMLElement;
  const message = (id: string): Message => {
    const attachment = { index: 0, file: files.get(id) ?? null } as Attachment;
    return { id, attachments: [attachment] } as Message;
  };
  const screen = new OnScreen(view, message, (files) => told.push(files));
  return {
    files,
    told,
    /** Something changed, and rests. */
    rest: () => {
      screen.look();
      vi.runAllTimers();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const remote: FileState = { type: 'remote' };
const ref = (messageId: string): AttachmentRef => ({ messageId, index: 0 });

it('tells what is on the screen and not here, the last said first', () => {
  const { files, told, rest } = conversation([
    { id: 'far above', top: -2_000 },
    { id: 'first', top: 0 },
    { id: 'here', top: 100 },
    { id: 'last', top: 200 },
  ]);
  for (const id of ['far above', 'first', 'last']) files.set(id, remote);
  files.set('here', { type: 'here' });
  rest();
  expect(told).toEqual([[ref('last'), ref('first')]]);
  // While they come the same is no news.
  files.set('last', { type: 'queued' });
  rest();
  expect(told).toHaveLength(1);
});

it('asks again for what failed, once it can be had', () => {
  const { files, told, rest } = conversation([{ id: 'picture', top: 0 }]);
  files.set('picture', remote);
  rest();
  files.set('picture', { type: 'failed', payload: { reason: 'network' } });
  rest();
  files.set('picture', remote);
  rest();
  expect(told).toEqual([[ref('picture')], [ref('picture')]]);
});

it('asks for nothing again that somebody stopped', () => {
  const { files, told, rest } = conversation([{ id: 'film', top: 0 }]);
  files.set('film', remote);
  rest();
  files.set('film', { type: 'downloading', payload: { received: 1, total: 9 } });
  rest();
  files.set('film', remote);
  rest();
  expect(told).toHaveLength(1);
});
