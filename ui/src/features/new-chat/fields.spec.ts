import { describe, expect, it } from 'vitest';
import { keptFields, sameFields } from './fields';

describe('custom fields of a form', () => {
  it('are kept when they have both name and value', () => {
    expect(
      keptFields([
        { name: ' region ', value: ' Alps ' },
        { name: '', value: 'lost' },
        { name: 'empty', value: '  ' },
      ]),
    ).toEqual([{ name: 'region', value: 'Alps' }]);
  });

  it('keep the later of two with one name', () => {
    expect(
      keptFields([
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ]),
    ).toEqual([{ name: 'a', value: '2' }]);
  });

  it('say the same in any order', () => {
    const a = { name: 'a', value: '1' };
    const b = { name: 'b', value: '2' };
    expect(sameFields([a, b], [b, a, { name: '', value: '' }])).toBe(true);
    expect(sameFields([a], [a, b])).toBe(false);
    expect(sameFields([a], [{ name: 'a', value: '3' }])).toBe(false);
  });
});
