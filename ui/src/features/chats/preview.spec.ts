import { describe, expect, it } from 'vitest';
import type { Dialog, Preview, PreviewAttachment } from '~/ipc/bindings.gen';
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
  it('says in a word what hangs on the message', () => {
    const photo: PreviewAttachment = { kind: 'image', count: 1, name: 'IMG_1.jpg', durationMs: null };
    const of = (change: Partial<PreviewAttachment>, text = ''): string =>
      line({ last: { ...LAST, text, attachment: { ...photo, ...change } } });
    expect(of({})).toBe('Photo');
    expect(of({ count: 3 })).toBe('3 photos');
    expect(of({}, 'the view')).toBe('the view');
    expect(of({ kind: 'video' })).toBe('Video');
    expect(of({ kind: 'voice', durationMs: 14_200 })).toBe('Voice message, 0:14');
    expect(of({ kind: 'voice', durationMs: 200 })).toBe('Voice message, 0:01');
    expect(of({ kind: 'voice', durationMs: 3_753_000 })).toBe('Voice message, 1:02:33');
    expect(of({ kind: 'audio', name: 'Song.mp3' })).toBe('Song.mp3');
    expect(of({ kind: 'file', name: 'Route.gpx', count: 3 })).toBe('Route.gpx and 2 more');
    expect(of({ kind: 'file', name: null })).toBe('File');
    expect(of({ kind: 'location', name: 'Atocha' })).toBe('Location · Atocha');
    expect(of({ kind: 'location', name: null })).toBe('Location');
  });
  it('is not empty in an empty chat', () => expect(line({ last: null })).toBe('No messages yet'));
});
