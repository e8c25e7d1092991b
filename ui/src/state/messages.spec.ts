import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '~/ipc/backend';
import type { Anchor, Edge, Message, MessagePage } from '~/ipc/bindings.gen';
import { sampleMessage } from '~/ipc/samples';
import { CAP, MessageWindow, PAGE } from './messages.svelte';

const ME = 1;

function at(index: number, senderId = 2): Message {
  return sampleMessage({
    id: `id-${String(index).padStart(6, '0')}`,
    senderId,
    text: String(index),
    sentAt: index * 60_000,
  });
}

/** A history of `count` messages that is paged like the engine pages it. */
function history(count: number): { backend: Backend; asked: Anchor[] } {
  const all = Array.from({ length: count }, (_, index) => at(index));
  const asked: Anchor[] = [];
  const page = (anchor: Anchor, limit: number): MessagePage => {
    asked.push(anchor);
    const find = (id: string): number => all.findIndex((each) => each.id === id);
    let from = Math.max(0, count - limit);
    let to = count;
    if (anchor.type === 'before') {
      to = find(anchor.payload);
      from = Math.max(0, to - limit);
    } else if (anchor.type === 'after') {
      from = find(anchor.payload) + 1;
      to = Math.min(count, from + limit);
    } else if (anchor.type === 'around') {
      from = Math.max(0, find(anchor.payload) - Math.floor(limit / 2));
      to = Math.min(count, from + limit);
    } else if (anchor.type === 'date') {
      const first = all.findIndex((each) => each.sentAt >= anchor.payload);
      from = Math.max(0, (first < 0 ? count : first) - Math.floor(limit / 2));
      to = Math.min(count, from + limit);
    }
    const edge = (more: boolean): Edge => (more ? { type: 'more' } : { type: 'end' });
    return { items: all.slice(from, to), before: edge(from > 0), after: edge(to < count) };
  };
  const backend = {
    messages: (_account: string, _dialog: string, anchor: Anchor, limit: number) =>
      Promise.resolve(page(anchor, limit)),
  } as unknown as Backend;
  return { backend, asked };
}

const texts = (run: MessageWindow): string[] => run.items.map((item) => item.text);

describe('the run of messages on the screen', () => {
  it('never holds more than its cap, and lets go at the far end', async () => {
    const run = new MessageWindow(history(1000).backend, 'a', 'd', ME);
    await run.open(null, 0);
    for (let i = 0; i < 10; i += 1) await run.loadBefore();
    expect(run.items.length).toBe(CAP);
    expect(run.items[0]?.text).toBe(String(1000 - PAGE - 10 * PAGE));
    expect(run.after).toEqual({ type: 'more' });
  });

  it('goes to a message far away without what lies between, and asks nothing for one that is here', async () => {
    const { backend, asked } = history(1000);
    const run = new MessageWindow(backend, 'a', 'd', ME);
    await run.open(null, 0);
    expect(await run.goTo(at(990).id)).toBe(true);
    expect(asked).toHaveLength(1);
    expect(await run.goTo(at(40).id)).toBe(true);
    expect(asked.at(-1)).toEqual({ type: 'around', payload: at(40).id });
    expect(run.items).toHaveLength(PAGE);
    expect(run.after).toEqual({ type: 'more' });
    expect(await run.goTo('gone')).toBe(false);
  });

  it('goes to the first message of a day, or to the newest when none is later', async () => {
    const run = new MessageWindow(history(1000).backend, 'a', 'd', ME);
    await run.open(null, 0);
    expect(await run.goToDate(at(500).sentAt - 1)).toBe(at(500).id);
    expect(await run.goToDate(at(5000).sentAt)).toBeNull();
  });

  it('slides back down without a hole', async () => {
    const run = new MessageWindow(history(600).backend, 'a', 'd', ME);
    await run.open(null, 0);
    for (let i = 0; i < 12; i += 1) await run.loadBefore();
    while (run.after.type !== 'end') await run.loadAfter();
    const numbers = run.items.map((item) => Number(item.text));
    expect(numbers.at(-1)).toBe(599);
    expect(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)).toBe(
      true,
    );
    expect(run.before).toEqual({ type: 'more' });
  });

  it('takes a new message at its end only while the end is loaded', async () => {
    const run = new MessageWindow(history(600).backend, 'a', 'd', ME);
    await run.open(null, 0);
    run.apply([at(600)], []);
    expect(texts(run).at(-1)).toBe('600');
    for (let i = 0; i < 12; i += 1) await run.loadBefore();
    const before = run.items;
    run.apply([at(601)], []);
    expect(run.items).toBe(before);
  });

  it('ignores what is older than its first message while more lies before it', async () => {
    const run = new MessageWindow(history(600).backend, 'a', 'd', ME);
    await run.open(null, 0);
    const before = run.items;
    run.apply([at(3)], []);
    expect(run.items).toBe(before);
  });

  it('drops what the engine takes back', async () => {
    const run = new MessageWindow(history(3).backend, 'a', 'd', ME);
    await run.open(null, 0);
    run.apply([], [at(1).id]);
    expect(texts(run)).toEqual(['0', '2']);
  });

  it('keeps the unread line where reading began', async () => {
    const run = new MessageWindow(history(20).backend, 'a', 'd', ME);
    await run.open(at(15).id, 5);
    expect(run.divider).toEqual({ beforeId: at(15).id, count: 5 });
    run.apply([at(20)], []);
    expect(run.divider).toEqual({ beforeId: at(15).id, count: 5 });
  });

  it('counts back over what others wrote when only the number is known', async () => {
    const run = new MessageWindow(history(20).backend, 'a', 'd', ME);
    await run.open(null, 3);
    expect(run.divider).toEqual({ beforeId: at(17).id, count: 3 });
  });

  it('shows a gap with a way back when a page cannot be had', async () => {
    const { backend } = history(600);
    const run = new MessageWindow(backend, 'a', 'd', ME);
    await run.open(null, 0);
    const working = backend.messages.bind(backend);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the plain shape of the border
    backend.messages = () => Promise.reject({ kind: 'offline' });
    await run.loadBefore();
    expect(run.before).toEqual({ type: 'gap', payload: { reason: 'failed' } });
    expect(run.loading.before).toBe(false);
    backend.messages = working;
    await run.loadBefore();
    expect(run.before).toEqual({ type: 'more' });
    expect(run.items.length).toBe(2 * PAGE);
  });

  it('asks once for an edge however often it comes near', async () => {
    const { backend, asked } = history(600);
    const run = new MessageWindow(backend, 'a', 'd', ME);
    await run.open(null, 0);
    await Promise.all([run.loadBefore(), run.loadBefore(), run.loadBefore()]);
    expect(asked.filter((anchor) => anchor.type === 'before').length).toBe(1);
  });

  it('loads again around what is looked at', async () => {
    const { backend, asked } = history(600);
    const run = new MessageWindow(backend, 'a', 'd', ME);
    await run.open(null, 0);
    await run.reload(at(570).id);
    expect(asked.at(-1)).toEqual({ type: 'around', payload: at(570).id });
    expect(run.items.some((item) => item.id === at(570).id)).toBe(true);
  });

  describe('when the engine knows more of the history', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('asks once after a row of events, and draws nothing again when nothing was missing', async () => {
      const { backend, asked } = history(600);
      const run = new MessageWindow(backend, 'a', 'd', ME);
      await run.open(null, 0);
      const before = run.items;
      run.historyChanged();
      run.historyChanged();
      await vi.runAllTimersAsync();
      expect(asked.filter((anchor) => anchor.type === 'before')).toEqual([
        { type: 'before', payload: at(599).id },
      ]);
      expect(run.items).toEqual(before);
      expect(run.items.every((item, index) => item === before[index])).toBe(true);
    });

    it('fills in what was missing before the newest message', async () => {
      const { backend } = history(600);
      const run = new MessageWindow(backend, 'a', 'd', ME);
      await run.open(null, 0);
      run.items = run.items.filter((item) => item.text === '599' || Number(item.text) < 590);
      run.historyChanged();
      await vi.runAllTimersAsync();
      expect(texts(run).slice(-3)).toEqual(['597', '598', '599']);
    });

    it('begins behind a gap that came to light', async () => {
      const { backend } = history(600);
      const run = new MessageWindow(backend, 'a', 'd', ME);
      await run.open(null, 0);
      backend.messages = () =>
        Promise.resolve({
          items: [at(598)],
          before: { type: 'gap', payload: { reason: 'offline' } },
          after: { type: 'end' },
        });
      run.historyChanged();
      await vi.runAllTimersAsync();
      expect(texts(run)).toEqual(['598', '599']);
      expect(run.before.type).toBe('gap');
    });

    it('tries again where a gap was', async () => {
      const run = new MessageWindow(history(600).backend, 'a', 'd', ME);
      await run.open(null, 0);
      run.before = { type: 'gap', payload: { reason: 'offline' } };
      run.historyChanged();
      expect(run.before).toEqual({ type: 'more' });
      run.close();
    });

    it('does nothing more once the chat is left', async () => {
      const { backend, asked } = history(600);
      const run = new MessageWindow(backend, 'a', 'd', ME);
      await run.open(null, 0);
      run.historyChanged();
      run.close();
      await vi.runAllTimersAsync();
      expect(asked.length).toBe(1);
    });
  });
});
