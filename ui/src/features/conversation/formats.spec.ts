import { describe, expect, it } from 'vitest';
import { blocks, plainWords, webLinks, type Block, type Inline, type Named } from './formats';

const WRAP: Record<string, string> = {
  bold: 'b',
  italic: 'i',
  strike: 's',
  code: 'code',
  mention: '@',
  link: 'a',
};

function show(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      const inside = 'parts' in part ? show(part.parts) : part.text;
      return part.kind === 'text' ? inside : `<${WRAP[part.kind] ?? ''}:${inside}>`;
    })
    .join('');
}

const block = (each: Block): string =>
  each.kind === 'code'
    ? `[code ${each.text}]`
    : each.kind === 'quote'
      ? `[quote ${show(each.parts)}]`
      : show(each.parts);
const read = (text: string, people: Named[] = []): string => blocks(text, people).map(block).join('|');

describe('the marks of plain text', () => {
  it.each([
    ['plain words', 'plain words'],
    ['', ''],
    ['*bold* and _italic_ and ~gone~', '<b:bold> and <i:italic> and <s:gone>'],
    ['*bold _and italic_*', '<b:bold <i:and italic>>'],
    ['(*bold*), *both* words*', '(<b:bold>), <b:both> words*'],
    ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
    ['* not bold *', '* not bold *'],
    ['**', '**'],
    ['*over\nlines*', '*over\nlines*'],
    ['`a *b* c`', '<code:a *b* c>'],
    ['run `cargo` now', 'run <code:cargo> now'],
    ['<b>no</b> *<i>*', '<b>no</b> <b:<i>>'],
    ['_https://a.example/b_c_', '<i:<a:https://a.example/b_c>>'],
    ['https://a.example/x_y_z', '<a:https://a.example/x_y_z>'],
    ['*`code`*', '<b:<code:code>>'],
  ])('%j is drawn as %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('keeps blocks of code as they are', () => {
    expect(read('Before:\n```\na *b*\n  c\n```\nafter')).toBe('Before:|[code a *b*\n  c]|after');
    expect(read('``` ```')).toBe('``` ```');
  });

  it('joins quoted lines and leaves faces alone', () => {
    expect(read('> one\n> *two*\nanswer')).toBe('[quote one\n<b:two>]|answer');
    expect(read('>:( no')).toBe('>:( no');
  });

  it('marks only people who are mentioned, by their longest name', () => {
    const people = [
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Ann Lee' },
    ];
    expect(read('@Ann Lee and @Ann, not @Anna or a@Ann', people)).toBe(
      '<@:@Ann Lee> and <@:@Ann>, not @Anna or a@Ann',
    );
    expect(read('@Ann')).toBe('@Ann');
  });

  it('leaves thousands of lonely marks as they are', () => {
    const text = '*a _b ~c '.repeat(4000);
    expect(read(text)).toBe(text);
  });

  it('gives one line of words for previews', () => {
    expect(plainWords('*Now*\n> quoted\n```\ncode\n```')).toBe('Now quoted code');
  });
});

/** A text that is read as these blocks, with the marks written by hand. */
function written(all: readonly Block[]): string {
  const marks: Record<string, string> = { bold: '*', italic: '_', strike: '~' };
  const words = (parts: readonly Inline[]): string =>
    parts
      .map((part) => {
        if ('parts' in part) return `${marks[part.kind] ?? ''}${words(part.parts)}${marks[part.kind] ?? ''}`;
        return part.kind === 'code' ? `\`${part.text}\`` : part.text;
      })
      .join('');
  return all
    .map((each) => {
      if (each.kind === 'code') return `\`\`\`\n${each.text}\n\`\`\``;
      const text = words(each.parts);
      return each.kind === 'quote' ? text.replace(/^/gmu, '> ') : text;
    })
    .join('\n');
}

describe('what is read of a text', () => {
  const TEXTS = [
    'plain words over\ntwo lines',
    '*bold*, _italic_, ~struck~ and `code`',
    '*bold _and italic ~and struck~_*',
    '*bold with `code` in it* and `*no bold* in code`',
    '> a quotation *with weight*\n> of two lines\nand an answer',
    'Look:\n```\nlet a = *b;\n> c\n  _d_\n```\n> quoted\nafter it',
    'see *https://a.example/x_y* and 2*3*4',
    '_Добрый день_ ~山~ *مرحبا*',
  ];

  it.each(TEXTS)('%j is the same when it is written down and read again', (text) => {
    const once = blocks(text);
    const again = written(once);
    expect(again).toBe(text);
    expect(blocks(again)).toEqual(once);
  });

  it.each(TEXTS)('%j has every word for a program that draws no marks, and nothing but words', (text) => {
    // What is sent is the text itself; without its marks it is what a line in a list shows.
    const shown = plainWords(text);
    const bare = (from: string): string => from.replace(/[*_~`>\s]/gu, '');
    expect(bare(shown)).toBe(bare(text));
    expect(text).not.toMatch(/[<\u{200B}-\u{200F}\u{2060}]/u);
  });

  it('loses no mark that means nothing', () => {
    expect(plainWords('a * b, 2*3*4, snake_case and ~ 5')).toBe('a * b, 2*3*4, snake_case and ~ 5');
  });
});

describe('the pages of a text', () => {
  it('are those it links to, in order, without the marks around them', () => {
    const text =
      'a@b.org *https://a.example/x_y*, `https://no.example` and\n> huts.org\n```\nhttps://no.example\n```';
    expect(webLinks(text).map((link) => link.href)).toEqual(['https://a.example/x_y', 'https://huts.org/']);
  });
});
