// Styles that name left and right stand on the wrong side of a page that runs from right to left.
import { describe, expect, it } from 'vitest';

const sources = import.meta.glob<string>(['../**/*.{svelte,css}', '!../i18n/generated/**'], {
  eager: true,
  import: 'default',
  query: '?raw',
});

/** Properties and values with a side, each of which has a logical sister (`inset-inline-start`, `text-align: start`). */
const SIDED =
  /^(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right|border-(?:top|bottom)-(?:left|right)-radius)$/;
const SIDED_VALUE = /^(?:text-align|float|clear)$/;
/** Four values go round from the top: the second is the right side, the fourth the left one. */
const ROUND = /^(?:margin|padding|inset|border-width|scroll-margin|scroll-padding)$/;

function parts(value: string): string[] {
  return value.match(/(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];
}

/** Declarations with a side in the styles of a file. */
function sided(file: string, source: string): string[] {
  const styles = file.endsWith('.css') ? source : (/<style>([^]*)<\/style>/.exec(source)?.[1] ?? '');
  const plain = styles.replace(/\/\*[^]*?\*\//g, '');
  const found: string[] = [];
  for (const [, property = '', value = ''] of plain.matchAll(
    /(?:^|[;{])\s*([a-z-]+):\s*([^;{}]+)(?=[;}])/g,
  )) {
    const values = parts(value.trim());
    const isSided =
      SIDED.test(property) ||
      (SIDED_VALUE.test(property) && /^(?:left|right)$/.test(value.trim())) ||
      (ROUND.test(property) && values.length === 4 && values[1] !== values[3]);
    if (isSided) found.push(`${property}: ${value.trim()}`);
  }
  return found;
}

describe('the styles', () => {
  it.each(Object.keys(sources))('of %s name no side', (file) => {
    expect(sided(file, sources[file] ?? '')).toEqual([]);
  });
});

describe('this check', () => {
  const check = (css: string): string[] => sided('x.css', css);

  it('finds sides by name, as values and in rounds of four', () => {
    expect(check('.a { margin-left: 1px; }')).toEqual(['margin-left: 1px']);
    expect(check('.a { left: 0; }')).toEqual(['left: 0']);
    expect(check('.a { text-align: right; }')).toEqual(['text-align: right']);
    expect(check('.a { border-top-left-radius: 2px; }')).toEqual(['border-top-left-radius: 2px']);
    expect(check('.a { padding: 1px 2px 1px calc(1px + 2px); }')).toEqual([
      'padding: 1px 2px 1px calc(1px + 2px)',
    ]);
  });

  it('leaves logical ones, equal sides and comments alone', () => {
    expect(check('.a { margin-inline-start: 1px; inset-inline: 0; text-align: start; }')).toEqual([]);
    expect(check('.a { padding: 1px var(--b) 3px var(--b); margin: 1px 2px; }')).toEqual([]);
    expect(check('.a { /* left: 0; */ color: red; }')).toEqual([]);
  });

  it('reads the styles of components', () => {
    expect(sided('X.svelte', '<p style:left="1px"></p><style>.a { right: 0; }</style>')).toEqual([
      'right: 0',
    ]);
  });
});
