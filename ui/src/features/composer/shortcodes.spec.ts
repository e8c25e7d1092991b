import { describe, expect, it } from 'vitest';
import { emojiData } from './emojiData';
import { calledSo, fitting, namingAt, shownCode } from './shortcodes';

describe('an emoji is being named', () => {
  it.each([
    [':sm', { from: 0, query: 'sm', closed: false }],
    ['so :Smile', { from: 3, query: 'smile', closed: false }],
    ['so :smile:', { from: 3, query: 'smile', closed: true }],
    ['(:+1', { from: 1, query: '+1', closed: false }],
    [':+1:', { from: 0, query: '+1', closed: true }],
    ['👍:ta', { from: 2, query: 'ta', closed: false }],
    // Times, lists, addresses and faces of letters.
    ['7:30', null],
    ['at 7:30:15', null],
    ['https://a.example:8080', null],
    ['note:this', null],
    [':D', null],
    [': sm', null],
    [':s', null],
    ['::smile', null],
    ['', null],
  ])('in %j', (text, expected) => {
    expect(namingAt(text, text.length)).toEqual(expected);
  });

  it('where the caret is', () => {
    expect(namingAt('a :ta b', 5)).toEqual({ from: 2, query: 'ta', closed: false });
    expect(namingAt('a :ta b', 7)).toBeNull();
  });
});

describe('the emoji that fit', () => {
  const found = async (query: string): Promise<string[]> =>
    fitting(await emojiData(), query).map((emoji) => emoji.unicode);

  it('are called so before they only begin so', async () => {
    expect((await found('smile'))[0]).toBe('😄');
    expect((await found('tad'))[0]).toBe('🎉');
    expect((await found('+1'))[0]).toBe('👍️');
    expect((await found('heart'))[0]).toBe('❤️');
    expect(await found('hear')).toHaveLength(6);
  });

  it('are found by what they have to do with', async () => {
    expect(await found('celebrat')).toContain('🙌');
    expect(await found('zzzzz')).toEqual([]);
  });

  it('carry the name that was meant', async () => {
    const all = await emojiData();
    const tada = calledSo(all, 'tada');
    expect(tada?.unicode).toBe('🎉');
    expect(tada && shownCode(tada, 'par')).toBe('party');
    expect(tada && shownCode(tada, 'celebrat')).toBe('tada');
    expect(calledSo(all, 'tad')).toBeNull();
  });

  it('have skins from light to dark', async () => {
    expect(calledSo(await emojiData(), 'wave')?.skins).toEqual(['👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿']);
    expect(calledSo(await emojiData(), 'tada')?.skins).toEqual([]);
  });
});
