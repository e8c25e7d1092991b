import { expect, it } from 'vitest';
import { Player, type Sound, type SoundElement } from './player.svelte';

const sound = (messageId: string): Sound => ({ accountId: 'a', messageId, index: 0 });

/** An element that plays as fast as the test says. */
class Element {
  src = '';
  currentTime = 0;
  duration = Number.NaN;
  playbackRate = 1;
  preload: HTMLAudioElement['preload'] = '';
  playing = false;
  refuses = false;
  #heard = new Map<string, () => void>();

  async play(): Promise<void> {
    if (this.refuses) throw new DOMException('no decoder', 'NotSupportedError');
    this.playing = true;
    return Promise.resolve();
  }
  pause(): void {
    this.playing = false;
  }
  load(): void {
    this.playing = false;
  }
  removeAttribute(): void {
    this.src = '';
  }
  addEventListener(name: string, act: () => void): void {
    this.#heard.set(name, act);
  }
  tell(name: string): void {
    this.#heard.get(name)?.();
  }
}

function start(open: (of: Sound) => Promise<string> = (of) => Promise.resolve(of.messageId)) {
  const elements: Element[] = [];
  const player = new Player(open, () => {
    const element = new Element();
    elements.push(element);
    return element as unknown as SoundElement;
  });
  const last = (): Element => elements.at(-1) ?? new Element();
  return { player, elements, last };
}

it('plays one sound at a time', async () => {
  const { player, elements } = start();
  await player.toggle(sound('one'));
  await player.toggle(sound('two'));
  expect(elements.map((element) => element.playing)).toEqual([false, true]);
  expect(player.of('one', 0)).toBeNull();
  expect(player.of('two', 0)?.phase).toBe('playing');
});

it('goes on where it was left', async () => {
  const { player, last } = start();
  await player.toggle(sound('one'));
  last().currentTime = 7;
  last().tell('timeupdate');
  await player.toggle(sound('two'));
  await player.toggle(sound('one'));
  expect(last().currentTime).toBe(7);
  expect(player.of('one', 0)?.position).toBe(7000);
});

it('begins anew after its end', async () => {
  const { player, last } = start();
  await player.toggle(sound('one'));
  last().currentTime = 7;
  last().tell('timeupdate');
  last().tell('ended');
  expect(player.current).toBeNull();
  await player.toggle(sound('one'));
  expect(player.of('one', 0)?.position).toBe(0);
});

it('plays on with what the chat names next, as fast as before', async () => {
  const { player, last } = start();
  player.next = () => sound('two');
  await player.toggle(sound('one'));
  player.faster();
  last().tell('ended');
  await Promise.resolve();
  await Promise.resolve();
  expect(player.of('two', 0)?.speed).toBe(1.5);
  expect(last().playbackRate).toBe(1.5);
});

it('pauses, and stays where it is', async () => {
  const { player, last } = start();
  await player.toggle(sound('one'));
  await player.toggle(sound('one'));
  expect(player.of('one', 0)?.phase).toBe('paused');
  expect(last().playing).toBe(false);
});

it('says when the webview cannot play it', async () => {
  const { player, last } = start();
  await player.toggle(sound('one'));
  last().tell('error');
  expect(player.of('one', 0)?.phase).toBe('failed');
});

it('says when the file cannot be opened', async () => {
  const { player } = start(() => Promise.reject(new Error('gone')));
  await player.toggle(sound('one'));
  expect(player.of('one', 0)?.phase).toBe('failed');
});

it('forgets an answer that comes after another sound was begun', async () => {
  const opened: (() => void)[] = [];
  const { player, elements } = start(
    (of) => new Promise((resolve) => opened.push(() => resolve(of.messageId))),
  );
  const first = player.toggle(sound('one'));
  const second = player.toggle(sound('two'));
  for (const open of opened) open();
  await Promise.all([first, second]);
  expect(elements.map((element) => element.src)).toEqual(['two']);
});

it('seeks in a sound that does not play yet by beginning there', async () => {
  const { player, last } = start();
  await player.seek(sound('one'), 5000);
  expect(last().currentTime).toBe(5);
  expect(last().playing).toBe(true);
});

it('makes way for a film', async () => {
  const { player } = start();
  await player.toggle(sound('one'));
  player.film(new Element() as unknown as HTMLMediaElement);
  expect(player.of('one', 0)?.phase).toBe('paused');
});
