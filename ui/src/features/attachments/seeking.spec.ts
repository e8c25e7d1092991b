import { expect, it } from 'vitest';
import { seekKey } from './seeking';

/** Where a key leads, and whether it is kept from everything else. */
function press(key: string, position: number, held: Partial<KeyboardEvent> = {}): [number | null, boolean] {
  let kept = 0;
  const keep = (): void => void (kept += 1);
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    preventDefault: keep,
    stopPropagation: keep,
    ...held,
  };
  return [seekKey(event as KeyboardEvent, position, 60_000), kept === 2];
}

it('goes by five seconds, and to both ends', () => {
  expect(press('ArrowRight', 10_000)).toEqual([15_000, true]);
  expect(press('ArrowLeft', 10_000)).toEqual([5_000, true]);
  expect(press('Home', 10_000)).toEqual([0, true]);
  expect(press('End', 10_000)).toEqual([60_000, true]);
});

it('stays between the ends', () => {
  expect(press('ArrowLeft', 2_000)).toEqual([0, true]);
  expect(press('ArrowRight', 58_000)).toEqual([60_000, true]);
});

it('leaves every other key to others', () => {
  expect(press('ArrowUp', 10_000)).toEqual([null, false]);
  expect(press('ArrowRight', 10_000, { ctrlKey: true })).toEqual([null, false]);
});
