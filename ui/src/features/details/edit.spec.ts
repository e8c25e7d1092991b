import { describe, expect, it } from 'vitest';
import { changesOf, type ChatForm } from './edit';

const BEFORE = {
  name: 'Ridge',
  description: 'Walks',
  fields: [{ name: 'a', value: '1' }],
  allowPreview: false,
};
const FORM: ChatForm = { ...BEFORE, photo: null };

describe('what a form changed', () => {
  it('is nothing when all says the same, blanks apart', () => {
    expect(changesOf(BEFORE, { ...FORM, name: ' Ridge ', description: 'Walks\n' })).toBeNull();
  });

  it('names only the parts that differ', () => {
    expect(changesOf(BEFORE, { ...FORM, name: 'Peak' })).toEqual({
      name: 'Peak',
      description: null,
      photo: null,
      fields: null,
      allowPreview: null,
    });
  });

  it('takes a description away with an empty text, and fields with an empty list', () => {
    expect(changesOf(BEFORE, { ...FORM, description: '', fields: [] })).toMatchObject({
      description: '',
      fields: [],
    });
  });
});
