import { describe, expect, it } from 'vitest';
import { emojiAlone } from './emoji';
import { pieces } from './links';
import { firstName } from './names';
import { directionOf } from './writing';

describe('links in what people wrote', () => {
  const check = (text: string, expected: string[]): void => {
    const found = pieces(text);
    expect(
      found.map((piece) => (piece.kind === 'link' ? `<${piece.text}=${piece.href}>` : piece.text)),
    ).toEqual(expected);
    expect(found.map((piece) => piece.text).join('')).toBe(text);
  };

  it('keeps plain words whole', () => check('two 7:10 buses, and so on.', ['two 7:10 buses, and so on.']));
  it('finds an address and leaves the full stop outside', () =>
    check('See https://a.example/b?c=1. Then go', [
      'See ',
      '<https://a.example/b?c=1=https://a.example/b?c=1>',
      '. Then go',
    ]));
  it('makes a bare host a secure link', () =>
    check('www.example.com', ['<www.example.com=https://www.example.com>']));
  it('does not link other schemes', () =>
    check('javascript:alert(1) file:///etc/passwd', ['javascript:alert(1) file:///etc/passwd']));
  it('does not link mail addresses', () => check('ask a@b.example now', ['ask a@b.example now']));
  it('never makes markup of what looks like it', () => check('<b>1.2</b>', ['<b>1.2</b>']));
  it('gives nothing for nothing', () => check('', []));
});

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
