import { describe, expect, it } from 'vitest';
import type { Dialog, Preview } from '~/ipc/bindings.gen';
import { sampleDialog, sampleUser } from '~/ipc/samples';
import { previewLine } from './preview';

const LAST: Preview = {
  messageId: 'm',
  senderId: 2,
  text: 'words',
  attachment: null,
  sentAt: 0,
  status: null,
};

function line(change: Partial<Dialog>, open = false): string {
  const dialog = sampleDialog({ last: LAST, ...change });
  const user = (id: number) => sampleUser(id, 'Sam Okafor');
  const { lead, text } = previewLine({ dialog, me: 1, open, user });
  return lead === null ? text : `${lead.text} ${text}`;
}

describe('the second line of a chat', () => {
  it('is the bare words of the other person', () => expect(line({})).toBe('words'));
  it('names the sender by first name in groups', () => expect(line({ kind: 'group' })).toBe('Sam: words'));
  it('says You for mine', () =>
    expect(line({ last: { ...LAST, senderId: 1, status: 'sent' } })).toBe('You: words'));
  it('says what was not sent', () =>
    expect(line({ last: { ...LAST, senderId: 1, status: 'failed' } })).toBe('Not sent: words'));
  it('shows the new words of a message that is being changed', () =>
    expect(line({ draft: { text: '', reply: null, edit: { messageId: 'm', before: 'a', text: 'b' } } })).toBe(
      'Draft: b',
    ));
  it('has words for a message that has none', () =>
    expect(line({ last: { ...LAST, text: '' } })).toBe('Content of another app'));
  it('puts a draft before all', () =>
    expect(
      line({
        draft: { text: 'half a', reply: null, edit: null },
        last: { ...LAST, senderId: 1, status: 'failed' },
      }),
    ).toBe('Draft: half a'));
  it('leaves the draft out of the open chat, where it is before the eyes', () =>
    expect(line({ draft: { text: 'half a', reply: null, edit: null } }, true)).toBe('words'));
  it('is not empty in an empty chat', () => expect(line({ last: null })).toBe('No messages yet'));
});
