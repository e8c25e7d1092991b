import { beforeEach, expect, it, vi } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { IpcError, Staged } from '~/ipc/bindings.gen';
import { LEVELS, Recorder } from './recorder.svelte';

const ACCOUNT = '00000000000000a1';
const CHAT = '6747160a28ca99ee0f1ac7b1';
const OTHER = '6747160a28ca99ee0f1ac7b2';

const staged: Staged = {
  id: 7,
  kind: 'voice',
  name: 'voice.ogg',
  size: 9000,
  contentType: 'audio/ogg',
  width: null,
  height: null,
  durationMs: 3000,
  waveform: [1, 31],
  canBeImage: false,
  asFile: false,
  hasPicture: false,
};

function rejecting(error: IpcError): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the shape of the border
  return Promise.reject(error);
}

let backend: {
  voiceAvailable: ReturnType<typeof vi.fn>;
  startVoice: ReturnType<typeof vi.fn>;
  stopVoice: ReturnType<typeof vi.fn>;
  cancelVoice: ReturnType<typeof vi.fn>;
};
let recorder: Recorder;

beforeEach(() => {
  backend = {
    voiceAvailable: vi.fn(() => Promise.resolve(null)),
    startVoice: vi.fn(() => Promise.resolve()),
    stopVoice: vi.fn(() => Promise.resolve(staged)),
    cancelVoice: vi.fn(() => Promise.resolve()),
  };
  recorder = new Recorder(backend as unknown as Backend, ACCOUNT);
});

it('records for one chat and gives back what was said', async () => {
  await recorder.start(CHAT);
  expect(recorder.isFor(CHAT)).toBe(true);
  expect(recorder.isFor(OTHER)).toBe(false);
  recorder.heard(CHAT, 12, 50);
  recorder.heard(OTHER, 31, 9999);
  expect(recorder.levels).toEqual([12]);
  expect(recorder.elapsedMs).toBe(50);
  expect(await recorder.stop()).toBe(staged);
  expect(recorder.phase).toBe('idle');
  // A level that was on its way belongs to nothing any more.
  recorder.heard(CHAT, 3, 100);
  expect(recorder.levels).toEqual([12]);
});

it('takes the first sound for the beginning, even before the answer', async () => {
  let answer = (): void => undefined;
  backend.startVoice.mockReturnValue(new Promise<void>((resolve) => (answer = resolve)));
  const started = recorder.start(CHAT);
  expect(recorder.phase).toBe('starting');
  recorder.heard(CHAT, 5, 50);
  expect(recorder.phase).toBe('recording');
  answer();
  await started;
  expect(recorder.levels).toEqual([5]);
});

it('keeps no more levels than are drawn', async () => {
  await recorder.start(CHAT);
  for (let at = 1; at <= LEVELS + 5; at += 1) recorder.heard(CHAT, at % 32, at * 50);
  expect(recorder.levels).toHaveLength(LEVELS);
  expect(recorder.levels.at(-1)).toBe((LEVELS + 5) % 32);
});

it('says when nothing is heard from the beginning, and no longer once something is', async () => {
  await recorder.start(CHAT);
  recorder.heard(CHAT, 0, 2950);
  expect(recorder.silent).toBe(false);
  recorder.heard(CHAT, 0, 3000);
  expect(recorder.silent).toBe(true);
  recorder.heard(CHAT, 4, 3050);
  recorder.heard(CHAT, 0, 9000);
  expect(recorder.silent).toBe(false);
});

it('keeps a recording that ended by itself until it is taken', async () => {
  await recorder.start(CHAT);
  recorder.heard(CHAT, 9, 900_000);
  recorder.endedBy(OTHER, 'limit');
  expect(recorder.phase).toBe('recording');
  recorder.endedBy(CHAT, 'limit');
  expect([recorder.phase, recorder.ended]).toEqual(['ended', 'limit']);
  expect(await recorder.stop()).toBe(staged);
});

it('says why there is no recording, and forgets it when there is one', async () => {
  backend.startVoice.mockReturnValueOnce(rejecting({ kind: 'microphone', reason: 'notAllowed' }));
  await recorder.start(CHAT);
  expect([recorder.phase, recorder.problem]).toEqual(['idle', 'notAllowed']);
  expect(recorder.error).toEqual({ kind: 'microphone', reason: 'notAllowed' });
  await recorder.start(CHAT);
  expect([recorder.phase, recorder.problem, recorder.error]).toEqual(['recording', null, null]);
  backend.stopVoice.mockReturnValueOnce(rejecting({ kind: 'tooShort' }));
  expect(await recorder.stop()).toBeNull();
  expect([recorder.phase, recorder.error]).toEqual(['idle', { kind: 'tooShort' }]);
});

it('throws away, and does nothing where nothing runs', async () => {
  await recorder.cancel();
  expect(await recorder.stop()).toBeNull();
  expect(backend.cancelVoice).not.toHaveBeenCalled();
  expect(backend.stopVoice).not.toHaveBeenCalled();
  await recorder.start(CHAT);
  await recorder.cancel();
  expect(backend.cancelVoice).toHaveBeenCalledOnce();
  expect(recorder.phase).toBe('idle');
});

it('ends with its chat, and without a word when it had only begun', async () => {
  let answer = (): void => undefined;
  backend.startVoice.mockReturnValueOnce(new Promise<void>((resolve) => (answer = resolve)));
  const started = recorder.start(CHAT);
  expect(await recorder.leave()).toBeNull();
  answer();
  await started;
  expect(backend.cancelVoice).toHaveBeenCalledOnce();
  expect(recorder.phase).toBe('idle');
  await recorder.start(CHAT);
  expect(await recorder.leave()).toBe(staged);
  expect(backend.cancelVoice).toHaveBeenCalledOnce();
});

it('looks for a microphone once', async () => {
  backend.voiceAvailable.mockResolvedValue('missing');
  await Promise.all([recorder.check(), recorder.check()]);
  expect(backend.voiceAvailable).toHaveBeenCalledOnce();
  expect(recorder.problem).toBe('missing');
});
