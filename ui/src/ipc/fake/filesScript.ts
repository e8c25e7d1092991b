// A chat with attachments of every kind and in every state a file can be in.
import type { Attachment, AttachmentKind, FileState } from '../bindings.gen';
import { jonas, ME, olena, tomas } from './cast';
import type { Script } from './script';

/** Colours of a mountain at dawn, as a thumbhash. */
const PLACEHOLDER = '1QcSHQRnh493V4dIh4eXh1h4kJUI';

const WAVEFORM = Array.from({ length: 64 }, (_, i) =>
  Math.round(15 + 15 * Math.sin(i / 3) * Math.cos(i / 11)),
);

/** One attachment; each names only what it is about. */
export function attachment(kind: AttachmentKind, change: Partial<Attachment> = {}): Attachment {
  return {
    index: 0,
    kind,
    name: '',
    contentType: 'application/octet-stream',
    size: null,
    width: null,
    height: null,
    durationMs: null,
    placeholder: null,
    waveform: [],
    file: kind === 'location' ? null : { type: 'here' },
    location: null,
    ...change,
  };
}

function picture(
  name: string,
  width: number,
  height: number,
  file: FileState = { type: 'here' },
): Attachment {
  return attachment('image', {
    name,
    contentType: 'image/jpeg',
    size: width * height,
    width,
    height,
    placeholder: PLACEHOLDER,
    file,
  });
}

function file(name: string, contentType: string, size: number, state: FileState): Attachment {
  return attachment('file', { name, contentType, size, file: state });
}

/** Several on one message, numbered. */
function all(...items: Attachment[]): { attachments: Attachment[] } {
  return { attachments: items.map((item, index) => ({ ...item, index })) };
}

const MB = 1024 * 1024;

/** Chats of the state `files`. */
export const FILES_SCRIPTS: Script[] = [
  {
    slug: 'files',
    kind: 'group',
    name: 'Ridge pictures',
    with: [olena, jonas, tomas],
    owner: olena,
    past: 40,
    lines: [
      { by: olena, ago: 120, text: '', more: all(picture('dawn.jpg', 1600, 1067)) },
      {
        by: olena,
        ago: 118,
        text: 'All of them from the top',
        more: all(
          picture('ridge-1.jpg', 1600, 1067),
          picture('ridge-2.jpg', 1067, 1600),
          picture('ridge-3.jpg', 1600, 1600),
          picture('ridge-4.jpg', 1600, 900),
          picture('ridge-5.jpg', 1600, 1067),
        ),
      },
      {
        by: tomas,
        ago: 100,
        text: '',
        more: all(
          attachment('video', {
            name: 'descent.mp4',
            contentType: 'video/mp4',
            size: 18 * MB,
            width: 1280,
            height: 720,
            durationMs: 42_000,
            placeholder: PLACEHOLDER,
            file: { type: 'remote' },
          }),
        ),
      },
      {
        by: jonas,
        ago: 90,
        text: '',
        more: all(
          attachment('voice', {
            name: 'voice.ogg',
            contentType: 'audio/ogg',
            size: 40_000,
            durationMs: 14_000,
            waveform: WAVEFORM,
          }),
        ),
      },
      {
        by: jonas,
        ago: 88,
        text: 'The song from the hut',
        more: all(
          attachment('audio', {
            name: 'Hüttenlied.mp3',
            contentType: 'audio/mpeg',
            size: 4 * MB,
            durationMs: 183_000,
          }),
        ),
      },
      {
        by: tomas,
        ago: 70,
        text: '',
        more: all(
          file('Winter rules.pdf', 'application/pdf', 812_000, { type: 'here' }),
          file('track.gpx', 'application/gpx+xml', 93_000, { type: 'remote' }),
          file('map.zip', 'application/zip', 64 * MB, {
            type: 'downloading',
            payload: { received: 21 * MB, total: 64 * MB },
          }),
        ),
      },
      {
        by: olena,
        ago: 60,
        text: '',
        more: all(
          attachment('location', {
            location: {
              latitude: 47.4211,
              longitude: 10.9853,
              name: 'Lower car park',
              address: 'Eibseestraße 20, 82491 Grainau',
            },
          }),
        ),
      },
      {
        by: olena,
        ago: 55,
        text: '',
        more: all(
          attachment('location', {
            location: { latitude: 64.7964274, longitude: -23.7391878, name: null, address: null },
          }),
        ),
      },
      {
        by: olena,
        ago: 53,
        text: '',
        more: all(attachment('location', { name: 'The end of the rainbow' })),
      },
      {
        by: tomas,
        ago: 50,
        text: '',
        more: all(
          picture('gone.jpg', 1200, 800, { type: 'deleted' }),
          picture('broken.jpg', 800, 800, { type: 'failed', payload: { reason: 'notAnImage' } }),
          file('cut.pdf', 'application/pdf', 90_000, { type: 'failed', payload: { reason: 'damaged' } }),
          file('secret.txt', 'text/plain', 900, { type: 'failed', payload: { reason: 'refused' } }),
        ),
      },
      {
        by: ME,
        ago: 40,
        text: 'Mine',
        status: 'read',
        readBy: [olena],
        more: all(picture('mine.jpg', 1600, 1067)),
      },
      {
        by: ME,
        ago: 6,
        text: '',
        status: 'pending',
        more: all(
          file('slides.pdf', 'application/pdf', 30 * MB, {
            type: 'uploading',
            payload: { sent: 11 * MB, total: 30 * MB },
          }),
        ),
      },
      {
        by: ME,
        ago: 5,
        text: '',
        status: 'pending',
        more: all(
          file('film.mkv', 'video/x-matroska', 80 * MB, {
            type: 'paused',
            payload: { sent: 40 * MB, total: 80 * MB },
          }),
        ),
      },
      {
        by: ME,
        ago: 4,
        text: 'After the film',
        status: 'pending',
        more: all(picture('waits.jpg', 1200, 900, { type: 'waiting' })),
      },
      {
        by: ME,
        ago: 3,
        text: '',
        status: 'failed',
        failure: 'tooLarge',
        more: all(
          file('disk.img', 'application/octet-stream', 99 * MB, {
            type: 'failed',
            payload: { reason: 'tooLarge' },
          }),
        ),
      },
    ],
  },
];
