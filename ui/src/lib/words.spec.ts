import { describe, expect, it } from 'vitest';
import { emojiAlone } from './emoji';
import { firstName } from './names';
import { directionOf } from './writing';

describe('emoji alone', () => {
  it.each([
    ['🎉', 1],
    ['🎉🎂', 2],
    ['🎉 🎂 👋', 3],
    ['🎉🎂👋🙂', 0],
    ['👩‍👩‍👧‍👦', 1],
    ['👍🏽', 1],
    ['🇺🇦', 1],
    ['❤️', 1],
    ['1️⃣', 1],
    ['1', 0],
    ['#', 0],
    ['©', 0],
    ['ok 👍', 0],
    ['', 0],
    ['  ', 0],
  ])('%s counts %i', (text, count) => {
    expect(emojiAlone(text)).toBe(count);
  });
});

describe('the direction of a text', () => {
  it.each([
    ['Passt', 'ltr'],
    ['شكرًا', 'rtl'],
    ['7:10 שלום', 'rtl'],
    ['Bus 7:10 من المحطة', 'ltr'],
    ['🎉 12', null],
  ])('%s runs %s', (text, direction) => {
    expect(directionOf(text)).toBe(direction);
  });
});

describe('the short form of a name', () => {
  it('is its first word', () => {
    expect(firstName('Tomás Rivera')).toBe('Tomás');
    expect(firstName('Mira')).toBe('Mira');
  });
});
