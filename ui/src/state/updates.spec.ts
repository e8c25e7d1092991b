import { beforeEach, expect, it, vi } from 'vitest';
import type { UpdateState } from '~/ipc/bindings.gen';
import { Updates } from './updates.svelte';

const FOUND: UpdateState = {
  origin: 'organisation',
  step: 'idle',
  percent: null,
  lookedAt: 1_790_000_000_000,
  release: { version: '1.2.0', notes: null },
  problem: null,
};

let steps: string[];
let backend: ConstructorParameters<typeof Updates>[0];
let updates: Updates;

beforeEach(() => {
  steps = [];
  const step = (name: string, answer: Partial<UpdateState>) =>
    vi.fn(async () => {
      steps.push(name);
      return Promise.resolve({ ...FOUND, ...answer });
    });
  backend = {
    lookForUpdate: step('look', {}),
    loadUpdate: step('load', { step: 'loaded' }),
    installUpdate: step('install', { step: 'installed' }),
    restart: vi.fn(async () => {
      steps.push('restart');
      return Promise.resolve();
    }),
  };
  updates = new Updates(
    backend,
    async () => {
      steps.push('keep');
      return Promise.resolve();
    },
    (version) => steps.push(`found ${version}`),
  );
});

it('tells of a version once', async () => {
  updates.set(FOUND);
  await updates.look();
  expect(steps).toEqual(['found 1.2.0', 'look']);
});

it('keeps what was typed before this program is replaced and before it ends', async () => {
  updates.set(FOUND);
  steps = [];
  await updates.install();
  expect(steps).toEqual(['load', 'keep', 'install', 'keep', 'restart']);
});

it('starts what an earlier press has installed', async () => {
  updates.set({ ...FOUND, step: 'installed' });
  steps = [];
  expect(updates.busy).toBe(false);
  await updates.install();
  expect(steps).toEqual(['keep', 'restart']);
});

it('installs nothing that was refused, and starts nothing that was not installed', async () => {
  updates.set(FOUND);
  backend.loadUpdate = vi.fn(async () => Promise.resolve({ ...FOUND, problem: 'signature' as const }));
  steps = [];
  await updates.install();
  expect(steps).toEqual([]);
  expect(updates.current.problem).toBe('signature');

  backend.loadUpdate = vi.fn(async () => Promise.resolve({ ...FOUND, step: 'loaded' as const }));
  backend.installUpdate = vi.fn(async () => Promise.resolve({ ...FOUND, problem: 'install' as const }));
  await updates.install();
  expect(steps).toEqual(['keep']);
  expect(updates.busy).toBe(false);
});
