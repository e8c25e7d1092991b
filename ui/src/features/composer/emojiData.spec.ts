import { afterEach, describe, expect, it } from 'vitest';
import { speak } from '~/i18n/language.svelte';
import { emojiData, findEmoji } from './emojiData';

afterEach(() => speak('en'));

async function found(query: string): Promise<string[]> {
  return findEmoji(await emojiData(), query).map((emoji) => emoji.unicode);
}

describe('emoji', () => {
  it('are named and found in the language of the window, and by their English words', async () => {
    await speak('de');
    const grinning = (await emojiData()).find((emoji) => emoji.unicode === '😀');
    expect(grinning?.name).toBe('grinsendes Gesicht');
    expect(grinning?.shortcodes).toContain('grinning');
    expect(await found('fröhlich')).toContain('😀');
    expect(await found('grinning')).toContain('😀');
    await speak('uk');
    expect(await found('усмішка')).not.toEqual([]);
  });

  it('keep their English names in a language that the set does not know', async () => {
    await speak('ar');
    expect((await emojiData()).find((emoji) => emoji.unicode === '😀')?.name).toBe('grinning face');
  });

  it('are English again when the window is', async () => {
    await speak('de');
    await emojiData();
    await speak('en');
    expect(await found('fröhlich')).toEqual([]);
  });
});
