import { describe, expect, it } from 'vitest';
import { sampleMessage } from '~/ipc/samples';
import { unsupportedWords } from './unsupported';

const field = (name: string) => ({ name, value: '1' });

describe('a message of another program', () => {
  it('has a sentence where it has no words', () => {
    const message = sampleMessage({ text: '', fields: [field('poll_id')] });
    expect(unsupportedWords(message)).toContain('cannot show');
    expect(unsupportedWords({ ...message, fields: [field('meeting_id')] })).toContain('call or meeting');
  });

  it('needs none when there is something to show', () => {
    expect(unsupportedWords(sampleMessage({ text: 'hi', fields: [field('meeting_id')] }))).toBeNull();
    expect(unsupportedWords(sampleMessage({ deleted: true, fields: [field('meeting_id')] }))).toBeNull();
    expect(unsupportedWords(sampleMessage())).toBeNull();
  });
});
