import { describe, expect, it } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Outbox, Waiting } from '~/ipc/bindings.gen';
import { sampleDialog, sampleMessage } from '~/ipc/samples';
import { OutboxStore } from './outbox.svelte';

function item(id: string, dialogId: string, waiting: Waiting) {
  return { message: sampleMessage({ id, dialogId }), waiting };
}

const LINE: Waiting = { type: 'line' };
const at = (at: number): Waiting => ({ type: 'scheduled', payload: { at } });

function store(outbox: () => Outbox): { store: OutboxStore; asked: () => number } {
  let asked = 0;
  const backend = {
    outbox: () => {
      asked += 1;
      return Promise.resolve(outbox());
    },
  } as unknown as Backend;
  return { store: new OutboxStore(backend, 'a'), asked: () => asked };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('what waits to be sent', () => {
  it('stands by chat in the order of sending, with what is for later behind it by its time', async () => {
    const { store: outbox } = store(() => ({
      items: [item('1', 'b', at(900)), item('2', 'a', LINE), item('3', 'b', LINE), item('4', 'b', at(500))],
      dialogs: [sampleDialog({ id: 'a' }), sampleDialog({ id: 'b' })],
    }));
    await outbox.load();
    const order = outbox.groups.map((group) => [
      group.dialog.id,
      ...group.items.map((each) => each.message.id),
    ]);
    expect(order).toEqual([
      ['b', '3', '4', '1'],
      ['a', '2'],
    ]);
    expect(outbox.scheduledIn('b').map((each) => each.message.id)).toEqual(['4', '1']);
    expect(outbox.scheduledIn('a')).toEqual([]);
  });

  it('is asked for while somebody looks, once for all changes of a moment', async () => {
    const { store: outbox, asked } = store(() => ({ items: [], dialogs: [] }));
    outbox.changed();
    expect(asked()).toBe(0);
    const leave = outbox.watch();
    for (let i = 0; i < 5; i += 1) outbox.changed();
    await settled();
    expect(asked()).toBe(2);
    leave();
    outbox.changed();
    await settled();
    expect(asked()).toBe(2);
  });
});
