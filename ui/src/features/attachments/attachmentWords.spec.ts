import { expect, it } from 'vitest';
import type { Attachment } from '~/ipc/bindings.gen';
import { sampleAttachment } from '~/ipc/samples';
import { attachmentWords } from './attachmentWords';

const check = (words: string, ...attachments: Partial<Attachment>[]): void =>
  expect(attachmentWords(attachments.map((each, index) => sampleAttachment({ index, ...each })))).toBe(words);

it('is nothing without attachments', () => check(''));
it('counts pictures', () => check('3 photos', {}, {}, {}));
it('says one picture plainly', () => check('Photo', {}));
it('names a file', () => check('Route_v3.gpx', { kind: 'file', name: 'Route_v3.gpx' }));
it('says how long somebody speaks', () =>
  check('Voice message, 0:14', { kind: 'voice', durationMs: 14_200 }));
it('names a place', () =>
  check('Location · Atocha', {
    kind: 'location',
    location: { latitude: 40.4, longitude: -3.7, name: 'Atocha', address: null },
  }));
it('names the first of several different things', () =>
  check('notes.pdf and 1 more', { kind: 'file', name: 'notes.pdf' }, {}));
