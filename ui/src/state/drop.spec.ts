import { expect, test } from 'vitest';
import { Drop } from './drop.svelte';

test('files that are moved on stay as many as came', () => {
  const drop = new Drop(() => null);
  drop.over(10, 10, 3);
  drop.over(20, 10, 0);
  expect(drop.count).toBe(3);
  drop.leave();
  drop.over(10, 10, 0);
  expect(drop.count).toBe(1);
});
