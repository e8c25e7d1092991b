import { describe, expect, it } from 'vitest';
import { toggled } from './marks';

describe('marks by keys', () => {
  it('go around the selection, and away again', () => {
    const marked = toggled('so big', 3, 6, '*');
    expect(marked).toEqual({ text: 'so *big*', from: 4, to: 7 });
    expect(toggled(marked.text, marked.from, marked.to, '*')).toEqual({ text: 'so big', from: 3, to: 6 });
  });

  it('leave the caret between them where nothing is selected', () => {
    expect(toggled('', 0, 0, '_')).toEqual({ text: '__', from: 1, to: 1 });
  });
});
