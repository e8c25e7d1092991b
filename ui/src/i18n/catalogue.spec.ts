// A missing translation falls back to English without a word, and a key nobody uses stays for ever. This notices both.
import { describe, expect, it } from 'vitest';
import settings from '../../project.inlang/settings.json';

const catalogues = import.meta.glob<Record<string, unknown>>('../../messages/*.json', {
  eager: true,
  import: 'default',
});
const sources = import.meta.glob<string>(['../**/*.{svelte,ts}', '!../**/*.spec.ts', '!./generated/**'], {
  eager: true,
  import: 'default',
  query: '?raw',
});

function keysOf(locale: string): string[] {
  const catalogue = catalogues[`../../messages/${locale}.json`];
  if (!catalogue) throw new Error(`no catalogue for ${locale}`);
  return Object.keys(catalogue).filter((key) => key !== '$schema');
}

/** Every `m.some_key` in the sources. */
function used(): Set<string> {
  const found = new Set<string>();
  for (const source of Object.values(sources)) {
    for (const match of source.matchAll(/\bm\.([a-z][a-z0-9_]*)/g)) found.add(match[1] ?? '');
  }
  return found;
}

describe('the catalogue', () => {
  const keys = keysOf(settings.baseLocale);

  it('has every sentence that a screen uses', () => {
    expect([...used()].filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('has no sentence that no screen uses', () => {
    const inUse = used();
    expect(keys.filter((key) => !inUse.has(key))).toEqual([]);
  });

  it.each(settings.locales)('is complete in %s', (locale) => {
    expect(keysOf(locale).sort()).toEqual([...keys].sort());
  });
});
