import { describe, expect, it } from 'vitest';
import { isHonestHost } from './hosts';

describe('a host is shown as it is written', () => {
  it.each([
    'example.org',
    'xn--80ak6aa92e.com',
    'münchen.de',
    'ünïcödé.example',
    'почта.рф',
    'россия.com',
    '例え.テスト',
    'sony日本.jp',
    '한국어.kr',
    'مثال.example',
    'ελλάδα.gr',
  ])('%s', (host) => {
    expect(isHonestHost(host)).toBe(true);
  });
});

describe('a host that looks like another is not', () => {
  it.each([
    // One Cyrillic letter among Latin ones.
    'p\u0430ypal.com',
    'g\u043e\u043egle.com',
    // Cyrillic letters only, and each passes for a Latin one.
    '\u0430\u0440\u0440\u04cf\u0435.com',
    // Greek among Latin.
    'g\u03bf\u03bfgle.com',
    // Wide letters, a slash that is none, an invisible joiner.
    'ｇｏｏｇｌｅ.com',
    'example.org\u2044x.com',
    'exam\u200dple.com',
  ])('%s', (host) => {
    expect(isHonestHost(host)).toBe(false);
  });
});
