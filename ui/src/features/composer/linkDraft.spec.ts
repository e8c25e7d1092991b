import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LinkPreview } from '~/ipc/bindings.gen';
import { LinkDraft } from './linkDraft.svelte';

const preview = (url: string): LinkPreview => ({ url, title: 'T', description: '', site: '', picture: null });

describe('the preview of what is being written', () => {
  let asked: string[];
  let answer: (url: string) => Promise<LinkPreview | null>;
  let draft: LinkDraft;

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    answer = (url) => Promise.resolve(preview(url));
    draft = new LinkDraft((url) => {
      asked.push(url);
      return answer(url);
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(700);

  it('is asked for once the address is written, and not for each letter of it', async () => {
    for (const text of ['see huts.or', 'see huts.org', 'see huts.org/ru', 'see huts.org/rules']) {
      draft.wrote(text);
      await vi.advanceTimersByTimeAsync(200);
    }
    await pause();
    draft.wrote('see huts.org/rules now');
    await pause();
    expect(asked).toEqual(['https://huts.org/rules']);
    expect(draft.shown?.host).toBe('huts.org');
    expect(draft.take()).toBe('https://huts.org/rules');
    expect(draft.shown).toBeNull();
  });

  it('does not go along when it is not there yet, or belongs to other words', async () => {
    let arrive: (preview: LinkPreview) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    draft.wrote('huts.org');
    await pause();
    expect(draft.take()).toBeNull();
    draft.wrote('next.org');
    arrive(preview('https://huts.org/'));
    await vi.advanceTimersByTimeAsync(0);
    expect(draft.shown).toBeNull();
  });

  it('goes with its link, and comes back with it', async () => {
    draft.wrote('huts.org');
    await pause();
    draft.wrote('huts');
    expect(draft.shown).toBeNull();
    draft.wrote('huts.org');
    await pause();
    expect(draft.shown?.preview.url).toBe('https://huts.org/');
  });

  it('stays away once it was dismissed, until the next message', async () => {
    draft.wrote('huts.org and next.org');
    await pause();
    draft.dismiss('huts.org and next.org');
    await pause();
    expect(draft.shown?.preview.url).toBe('https://next.org/');
    draft.dismiss('huts.org and next.org');
    draft.wrote('huts.org and next.org!');
    await pause();
    expect(draft.shown).toBeNull();
    expect(draft.take()).toBeNull();
    draft.wrote('huts.org');
    await pause();
    expect(draft.take()).toBe('https://huts.org/');
  });

  it('is not missed where the page or the engine gives none', async () => {
    answer = () => Promise.resolve(null);
    draft.wrote('huts.org');
    await pause();
    expect(draft.take()).toBeNull();
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    answer = () => Promise.reject(new Error('offline'));
    draft.wrote('next.org');
    await pause();
    expect(draft.shown).toBeNull();
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });
});
