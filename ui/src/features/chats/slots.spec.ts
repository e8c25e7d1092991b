import { describe, expect, it } from 'vitest';
import { sampleDialog } from '~/ipc/samples';
import { Slots, type Move } from './slots.svelte';
import { joined, travelOf } from './travel';

const chats = (...ids: string[]) => ids.map((id) => sampleDialog({ id }));
const drawn = (slots: Slots): string[] => slots.list.map((slot) => slot.dialog.id);
const moved = (moves: Move[]): [string, number][] => moves.map(({ slot, by }) => [slot.dialog.id, by]);

describe('the drawn rows', () => {
  it('stand in the order of the list, also when one comes from below', () => {
    const slots = new Slots();
    slots.show(chats('a', 'b', 'c'), 0, null);
    slots.show(chats('x', 'a', 'b'), 0, null);
    expect(drawn(slots)).toEqual(['x', 'a', 'b']);
    expect(slots.list.map((slot) => slot.at)).toEqual([0, 1, 2]);
  });

  it('keep their place in the page while they are in view', () => {
    const slots = new Slots();
    slots.show(chats('a', 'b', 'c'), 0, null);
    const [a, b] = slots.list;
    slots.show(chats('x', 'a', 'b'), 0, null);
    expect(slots.list.slice(1)).toEqual([a, b]);
  });

  it('are made anew only when there are more of them', () => {
    const slots = new Slots();
    slots.show(chats('a', 'b', 'c'), 0, null);
    const before = new Set(slots.list);
    slots.show(chats('x', 'y', 'z'), 10, null);
    expect(slots.list.every((slot) => before.has(slot))).toBe(true);
  });

  it('tell where those that stay went', () => {
    const slots = new Slots();
    slots.show(chats('a', 'b', 'c'), 0, null);
    expect(moved(slots.show(chats('c', 'a', 'b'), 0, null))).toEqual([
      ['c', -2],
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('have the one with the focus among them, where it would be read', () => {
    const slots = new Slots();
    const [first] = chats('focused');
    if (!first) throw new Error('one chat expected');
    slots.show(chats('k', 'l'), 10, { dialog: first, at: 2 });
    expect(drawn(slots)).toEqual(['focused', 'k', 'l']);
    expect(slots.list.map((slot) => slot.apart)).toEqual([true, false, false]);
  });
});

describe('what travels', () => {
  const move = (by: number): Move => ({ slot: new Slots().list[0] as never, by });

  it('is the whole list when all rows went the same way', () => {
    expect(travelOf([move(1), move(1), move(1)])).toEqual({ together: 1 });
  });

  it('is each row by itself when they went different ways', () => {
    const moves = [move(-2), move(1), move(1), move(0)];
    expect(travelOf(moves)).toEqual({ apart: moves.slice(0, 3) });
  });

  it('is one way for all moves of a frame', () => {
    const slots = new Slots();
    slots.show(chats('a', 'b', 'c'), 0, null);
    const first = slots.show(chats('x', 'a', 'b'), 0, null);
    const second = slots.show(chats('y', 'x', 'a'), 0, null);
    expect(moved([...joined(joined(null, first), second)])).toEqual([['a', 2]]);
  });

  it('is nothing when nothing changed its place', () => {
    expect(travelOf([move(0), move(0)])).toBeNull();
    expect(travelOf([])).toBeNull();
  });
});
