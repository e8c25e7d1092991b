import { expect, it } from 'vitest';
import { placeholderUrl } from './placeholder';

it('draws the colours of a thumbhash', () => {
  expect(placeholderUrl('1QcSHQRnh493V4dIh4eXh1h4kJUI')).toMatch(/^data:image\/png;base64,/);
});

it('is nothing for what is no thumbhash', () => {
  for (const hash of ['', 'AA==', '!', 'x'.repeat(400)]) expect(placeholderUrl(hash)).toBeNull();
  expect(placeholderUrl(null)).toBeNull();
});
