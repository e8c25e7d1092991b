import { describe, expect, it } from 'vitest';
import type { LinkPreview } from '~/ipc/bindings.gen';
import { previewOf, siteOf } from './linkPreview';

const huts: LinkPreview = {
  url: 'https://huts.org/rules',
  title: 'Rules',
  description: '',
  site: 'Alpine Huts',
  picture: null,
};
const shown = (text: string, preview: LinkPreview | null = huts): string | undefined =>
  previewOf({ text, preview, deleted: false })?.host;

describe('the preview of a message', () => {
  it('belongs to a link that its text has', () => {
    expect(shown('see www.huts.org and huts.org/rules')).toBe('huts.org');
    expect(shown('see *https://huts.org/rules*')).toBe('huts.org');
    expect(shown('no link at all')).toBeUndefined();
    expect(shown('https://huts.org/other')).toBeUndefined();
    expect(shown('`https://huts.org/rules`')).toBeUndefined();
    expect(shown('huts.org/rules', null)).toBeUndefined();
    expect(previewOf({ text: 'huts.org/rules', preview: huts, deleted: true })).toBeNull();
  });

  it('names the host that is opened, whatever its field says', () => {
    const thief = { ...huts, url: 'https://thief.org/', site: 'bank.org' };
    expect(shown('thief.org', thief)).toBe('thief.org');
    expect(shown('bank.org', thief)).toBeUndefined();
    const fake = 'https://\u0430\u0440\u0440\u04cf\u0435.com/';
    expect(shown(fake, { ...huts, url: 'https://xn--80ak6aa92e.com/' })).toBe('xn--80ak6aa92e.com');
  });

  it('shows what a site calls itself unless that looks like a host', () => {
    expect(siteOf(huts, 'huts.org')).toBe('Alpine Huts');
    for (const site of ['', 'bank.org', 'https://bank', 'me@bank', 'HUTS.org']) {
      expect(siteOf({ ...huts, site }, 'huts.org')).toBe('');
    }
  });
});
