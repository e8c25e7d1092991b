import { describe, expect, it } from 'vitest';
import { portOf } from './port';

describe('the port of a proxy', () => {
  it('is the one that was typed, or the usual one', () => {
    expect(portOf(' 3128 ', 8080)).toBe(3128);
    expect(portOf('', 1080)).toBe(1080);
    expect(portOf('65535', 1080)).toBe(65_535);
  });

  it.each(['0', '65536', '99999', '-1', '80a', '8 0', '1e3', '0x50'])('is not %s', (text) => {
    expect(portOf(text, 8080)).toBeNull();
  });
});
