// The words of the browser's world: chats that fill every state.
import type { DialogKind, Field, FailureKind, Message, Status, SystemLine, UserId } from '../bindings.gen';
import { pageBehind } from './pages';
import { amara, eva, jonas, kofi, layla, laylaArabic, ME, olena, priya, sam, tomas } from './cast';

/** A line of a script: who, how many minutes before now, what, and for mine what became of it. */
export interface Line {
  by: number;
  ago: number;
  text: string;
  status?: Status;
  failure?: FailureKind;
  readBy?: number[];
  deliveredTo?: number[];
  /** A line the messenger writes itself. */
  system?: SystemLine;
  /** Everything else a message may carry. */
  more?: Partial<Message>;
  /** The text of the line before in this chat that it answers. */
  answers?: string;
}

export interface Script {
  /** Short name for the address line: `?open=ridge`. */
  slug: string;
  kind: DialogKind;
  name: string;
  with: UserId[];
  owner?: UserId;
  admins?: UserId[];
  photo?: string;
  description?: string;
  fields?: Field[];
  allowPreview?: boolean;
  /** People of a public or broadcast dialog, who are not listed by id. */
  occupantCount?: number;
  /** I was in it once. */
  former?: boolean;
  pinned?: number;
  archived?: boolean;
  markedUnread?: boolean;
  mutedForS?: number;
  notifications?: boolean;
  folderIds?: number[];
  unread?: number;
  /** An unread message names me. */
  mention?: boolean;
  draft?: string;
  unsent?: boolean;
  typing?: number[];
  /** Older small talk before the lines, for scrolling. */
  past?: number;
  lines: Line[];
}

const DAY = 24 * 60;

export const SCRIPTS: Script[] = [
  {
    slug: 'ridge',
    kind: 'group',
    name: 'Ridge Walk',
    with: [olena, jonas, layla, priya, sam, tomas],
    owner: olena,
    admins: [ME, sam],
    photo: 'photo-ridge',
    description: 'Two days over the ridge, one night in the winter room. Seven of us, ropes for three.',
    fields: [
      { name: 'location', value: 'Lower car park, 7:10' },
      { name: 'difficulty', value: 'T4' },
    ],
    unread: 2,
    past: 400,
    lines: [
      { by: sam, ago: DAY + 62, text: 'Weather says clear until noon, then clouds from the west.' },
      { by: sam, ago: DAY + 61, text: 'So we should be down by two.' },
      { by: ME, ago: DAY + 55, text: 'Agreed. I bring the rope', status: 'read', readBy: [olena, sam] },
      { by: olena, ago: 64, text: 'Вид з хребта сьогодні вранці' },
      { by: olena, ago: 64, text: '🏔️' },
      {
        by: ME,
        ago: 61,
        text: 'What a light. Is the winter room open?',
        status: 'read',
        readBy: [olena, jonas, sam, priya],
        deliveredTo: [layla],
      },
      { by: jonas, ago: 43, text: 'I rang the warden: it is, and there is wood.' },
      { by: jonas, ago: 42, text: 'Rules for huts in winter: https://alpine-huts.example/winter-rules' },
      { by: jonas, ago: 42, text: 'Ten to a booking' },
      { by: tomas, ago: 40, text: 'Then the bus at 7:10? Somebody has to share the track with me.' },
      {
        by: ME,
        ago: 7,
        text: 'Yes, 7:10. Meet at the lower car park',
        status: 'delivered',
        deliveredTo: [olena, jonas],
      },
      { by: ME, ago: 6, text: 'Who has the large stove?', status: 'failed', failure: 'noAnswer' },
      { by: ME, ago: 4, text: 'The track is in the shared folder', status: 'sent' },
      { by: ME, ago: 3, text: 'And a second head torch', status: 'pending' },
    ],
  },
  {
    slug: 'jonas',
    kind: 'private',
    name: 'Jonas Weber',
    with: [jonas],
    typing: [jonas],
    past: 900,
    lines: [
      {
        by: jonas,
        ago: DAY + 140,
        text: 'Have you seen this one? https://alpine-huts.example/winter-rules',
        more: { preview: pageBehind('https://alpine-huts.example/winter-rules') },
      },
      {
        by: ME,
        ago: DAY + 133,
        text: 'Ten in a booking, so seven is fine 🙂',
        status: 'read',
        readBy: [jonas],
      },
      { by: jonas, ago: 18, text: 'Lower car park. Take coins, the machine does not like cards' },
      { by: jonas, ago: 17, text: '47.5412° N, 15.6820° E' },
      { by: ME, ago: 14, text: 'Passt, bis Samstag', status: 'read', readBy: [jonas] },
    ],
  },
  {
    slug: 'design',
    kind: 'group',
    name: 'Design crit',
    with: [priya, kofi, eva],
    admins: [priya],
    description: 'Bring one thing that is not finished.',
    unread: 3,
    mention: true,
    lines: [
      { by: priya, ago: 9, text: 'New round is up' },
      { by: priya, ago: 8, text: 'Which of the two headers reads calmer?' },
      { by: kofi, ago: 5, text: 'The second. The first one shouts' },
    ],
  },
  {
    slug: 'layla',
    kind: 'private',
    name: 'Layla Haddad',
    with: [layla],
    unread: 2,
    lines: [
      { by: ME, ago: 30, text: 'I left the book at your door', status: 'read', readBy: [layla] },
      { by: layla, ago: 8, text: 'وجدته، شكرًا لك 🌙' },
      { by: layla, ago: 7, text: 'أراك غدًا عند المحطة في الساعة 7:10، رصيف 3' },
    ],
  },
  {
    slug: 'olena',
    kind: 'private',
    name: 'Olena Kovalenko',
    with: [olena],
    typing: [olena],
    lines: [{ by: olena, ago: 10, text: 'Добре, до зустрічі на зупинці' }],
  },
  {
    slug: 'sam',
    kind: 'private',
    name: 'Sam Okafor',
    with: [sam],
    draft: 'I think the meeting should move to',
    lines: [{ by: sam, ago: 47, text: 'Garden or rooftop?' }],
  },
  {
    slug: 'housing',
    kind: 'group',
    name: 'Housing co-op, block 7',
    with: [kofi, eva, amara, sam],
    owner: kofi,
    admins: [eva],
    unread: 148,
    past: 160,
    lines: [{ by: kofi, ago: 95, text: 'The plumber has time on Thursday only, from eight' }],
  },
  {
    slug: 'weather',
    kind: 'broadcast',
    name: 'Mountain weather',
    with: [eva],
    owner: eva,
    description: 'The forecast of the mountain station, every evening at six.',
    occupantCount: 1482,
    unread: 1,
    lines: [{ by: eva, ago: 160, text: 'Saturday: clear above 1,400 m, valley fog until ten.' }],
  },
  {
    slug: 'tomas',
    kind: 'private',
    name: 'Tomás Rivera',
    with: [tomas],
    lines: [
      { by: tomas, ago: 5 * DAY, text: '👋' },
      { by: ME, ago: 5 * DAY - 3, text: '🎉🎂', status: 'delivered', deliveredTo: [tomas] },
      { by: tomas, ago: 5 * DAY - 8, text: 'Estación de Atocha, a las siete' },
    ],
  },
  {
    slug: 'amara',
    kind: 'private',
    name: 'Amara Nwosu',
    with: [amara],
    unsent: true,
    lines: [
      { by: amara, ago: 5 * DAY + 20, text: 'Can you sign it this week?' },
      { by: ME, ago: 5 * DAY + 12, text: 'The contract is on its way', status: 'failed', failure: 'refused' },
    ],
  },
  {
    slug: 'rust',
    kind: 'public',
    name: 'Rust Berlin',
    with: [eva, kofi, priya],
    owner: eva,
    admins: [kofi],
    description: 'Talks every second Thursday, questions on every day.',
    occupantCount: 3214,
    allowPreview: true,
    lines: [{ by: eva, ago: 6 * DAY, text: 'Slides of last night → rust.example/berlin' }],
  },
  {
    slug: 'family',
    kind: 'group',
    name: 'Familie Lindqvist',
    with: [sam, amara],
    lines: [
      { by: ME, ago: 8 * DAY, text: '', system: { type: 'created' } },
      { by: ME, ago: 8 * DAY - 1, text: '', system: { type: 'added', payload: { userIds: [sam, amara] } } },
      {
        by: sam,
        ago: 8 * DAY - 2,
        text: '',
        system: { type: 'renamed', payload: { name: 'Familie Lindqvist' } },
      },
      { by: sam, ago: 8 * DAY - 3, text: '', system: { type: 'photoChanged' } },
      { by: amara, ago: 8 * DAY - 4, text: '', system: { type: 'descriptionChanged' } },
      { by: amara, ago: 8 * DAY - 5, text: '', system: { type: 'fieldsChanged' } },
      { by: ME, ago: 8 * DAY - 6, text: '', system: { type: 'adminsAdded', payload: { userIds: [sam] } } },
      { by: ME, ago: 8 * DAY - 7, text: '', system: { type: 'adminsRemoved', payload: { userIds: [sam] } } },
      { by: ME, ago: 8 * DAY - 8, text: '', system: { type: 'removed', payload: { userIds: [kofi] } } },
      { by: eva, ago: 8 * DAY - 9, text: '', system: { type: 'left' } },
      {
        by: ME,
        ago: 7 * DAY + 30,
        text: 'Grattis mormor 🎂🎉',
        status: 'delivered',
        deliveredTo: [sam, amara],
      },
    ],
  },
  {
    slug: 'arabic',
    kind: 'group',
    name: 'رحلة الجبل',
    with: [laylaArabic, jonas],
    lines: [
      { by: laylaArabic, ago: 8 * DAY, text: 'المنظر من القمة هذا الصباح' },
      {
        by: ME,
        ago: 8 * DAY - 4,
        text: 'نعم، نلتقي عند الموقف السفلي',
        status: 'delivered',
        deliveredTo: [jonas],
      },
    ],
  },
];

/** The chat of the state `full`: every part a message can have, on both sides. */
export const FULL_SCRIPTS: Script[] = [
  {
    slug: 'full',
    kind: 'group',
    name: 'Field notes',
    with: [olena, jonas, tomas, eva],
    owner: olena,
    past: 300,
    lines: [
      { by: tomas, ago: 90, text: '¿Quién trae el café?' },
      { by: ME, ago: 88, text: 'Yo, como siempre ☕', status: 'delivered', answers: '¿Quién trae el café?' },
      {
        by: jonas,
        ago: 80,
        text: 'Pin the toolchain first:\n```\nrustup override set stable\n```',
        more: { forwarded: { senderId: eva, sentAt: null } },
      },
      {
        by: olena,
        ago: 70,
        text: 'The view this morning',
        more: {
          reactions: [
            { emoji: '😍', count: 4, mine: true },
            { emoji: '🔥', count: 2, mine: false },
            { emoji: '🥾', count: 1, mine: false },
          ],
        },
      },
      { by: tomas, ago: 60, text: '', more: { deleted: true } },
      {
        by: tomas,
        ago: 59,
        text: 'The later bus is fine too',
        more: { editedAt: 1, previousText: 'The early bus is fine too' },
      },
      {
        by: eva,
        ago: 50,
        text: '@Mira Lindqvist can you share the *track* and the _notes_? `cargo run` works, ~not~\n> Lower car park at seven',
        more: { mentions: [ME], fields: [{ name: 'ticket', value: '{"id":7}' }] },
      },
      { by: ME, ago: 8, text: 'The rope is in my car', status: 'read', readBy: [olena, jonas] },
    ],
  },
];

/** Chats of the state `organised`, after those above. */
export const MORE_SCRIPTS: Script[] = [
  {
    slug: 'club',
    kind: 'public',
    name: 'Book club',
    with: [olena],
    description: 'One book a month, everybody may read along.',
    occupantCount: 57,
    allowPreview: true,
    fields: [{ name: 'location', value: 'Library, second floor' }],
    lines: [{ by: olena, ago: 900, text: 'Chapter four is the best so far' }],
  },
  {
    slug: 'bulletin',
    kind: 'broadcast',
    name: 'House bulletin',
    with: [],
    description: 'News of the house for everyone in it.',
    occupantCount: 1482,
    lines: [{ by: ME, ago: 1100, text: 'The lift is back', status: 'sent' }],
  },
  {
    slug: 'former',
    kind: 'group',
    name: 'Old flat share',
    with: [kofi, eva],
    owner: kofi,
    former: true,
    lines: [
      { by: kofi, ago: 3 * DAY, text: 'The deposit came back at last' },
      { by: kofi, ago: 2 * DAY, text: '', system: { type: 'removed', payload: { userIds: [ME] } } },
    ],
  },
  {
    slug: 'kiln',
    kind: 'group',
    name: 'Pottery kiln rota',
    with: [eva, tomas],
    archived: true,
    unread: 2,
    lines: [
      { by: eva, ago: 20 * DAY, text: 'Who fires on Sunday?' },
      { by: tomas, ago: 19 * DAY, text: 'I can' },
    ],
  },
  {
    slug: 'kofi',
    kind: 'private',
    name: 'Kofi Mensah',
    with: [kofi],
    archived: true,
    lines: [{ by: kofi, ago: 40 * DAY, text: 'See you next year' }],
  },
  {
    slug: 'fair',
    kind: 'public',
    name: 'Street fair',
    with: [amara],
    owner: amara,
    occupantCount: 212,
    archived: true,
    lines: [{ by: amara, ago: 60 * DAY, text: 'Thank you all for coming' }],
  },
];

/** How the state `organised` arranges the chats above. */
export const ARRANGED: Record<string, Partial<Script>> = {
  ridge: { pinned: 0, folderIds: [2] },
  jonas: { pinned: 1, folderIds: [2] },
  housing: { mutedForS: Infinity },
  design: { mutedForS: 3600, notifications: false },
  tomas: { markedUnread: true },
};

/** Small talk for the far past of a chat. Lengths differ on purpose: rows of many heights are what scrolling is about. */
export const SMALL_TALK = [
  'Yes',
  'On my way',
  'Could you send me the address again? I only remember the street, and the map shows two of them.',
  'Done 👍',
  'I read the whole thing twice. The first half is fine, the second half needs a figure that shows how the parts hang together, because by page four nobody remembers which was which.',
  'No hurry',
  'Tomorrow then?',
  'It rained so hard that the path below the chapel is gone. The upper one works but takes half an hour more.\n\nBring other shoes.',
  'Thanks',
  '😀',
  'See https://maps.example/r/93 for the way from the station',
  'I have two left. First come, first served.',
];

export const ANSWERS = [
  'Good idea.',
  'I thought so too.',
  'Let me look and come back to you in a moment.',
  'That works for me 🙂',
];
