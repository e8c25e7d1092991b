// The people of the browser's world: those of the chats, and a crowd for public ones.
import type { Activity, Block, PrivacyList, User, UserId } from '../bindings.gen';

export const ME = 5187200;

function person(id: UserId, name: string, login: string, more: Partial<User> = {}): User {
  return { id, name, login, email: null, phone: null, website: null, avatar: null, ...more };
}

export const PEOPLE: User[] = [
  person(ME, 'Mira Lindqvist', 'mira', {
    email: 'mira@example.org',
    phone: '+46 70 123 45 67',
    website: 'https://mira.example.org',
  }),
  person(5187204, 'Olena Kovalenko', 'olena', {
    email: 'olena@example.org',
    phone: '+380 44 123 45 67',
    website: 'https://olena.example.org',
    avatar: 'face-olena',
  }),
  person(5187260, 'Jonas Weber', 'jonas', { phone: '+43 660 123 45 67' }),
  person(5187219, 'Layla Haddad', 'layla'),
  person(5187226, 'Priya Nair', 'priya', { website: 'https://nair.example.org/work' }),
  person(5187233, 'Sam Okafor', 'sam', { avatar: 'face-sam' }),
  person(5187318, 'Tomás Rivera', 'tomas'),
  person(5187211, 'Amara Nwosu', 'amara'),
  person(5187271, 'Kofi Mensah', 'kofi'),
  person(5187282, 'Eva Brandt', 'eva', { avatar: 'face-eva' }),
  person(5187293, 'ليلى حداد', 'layla.ar'),
];

export const [, olena, jonas, layla, priya, sam, tomas, amara, kofi, eva, laylaArabic] = PEOPLE.map(
  (user) => user.id,
) as [number, number, number, number, number, number, number, number, number, number, number];

const MINUTE_MS = 60_000;
const DAY_MIN = 24 * 60;

/** Who is there: online, seen a while ago in every wording, refused, and one nobody knows about yet. */
export function activitiesOf(now: number): Map<UserId, Activity> {
  const seen = (minutes: number): Activity => ({ type: 'lastSeen', payload: now - minutes * MINUTE_MS });
  return new Map<UserId, Activity>([
    [olena, { type: 'online' }],
    [jonas, { type: 'online' }],
    [layla, seen(5)],
    [priya, { type: 'online' }],
    [sam, seen(75)],
    [tomas, seen(DAY_MIN + 90)],
    [amara, { type: 'hidden' }],
    [kofi, seen(6 * DAY_MIN)],
    [eva, seen(200 * DAY_MIN)],
  ]);
}

export function blocksOf(): Block[] {
  return [
    { userId: sam, mutual: false },
    { userId: amara, mutual: true },
  ];
}

export function privacyListsOf(): PrivacyList[] {
  return [
    {
      name: 'blocked',
      isDefault: true,
      items: [
        { userId: sam, action: 'deny', mutual: false },
        { userId: amara, action: 'deny', mutual: true },
      ],
    },
    {
      name: 'Holidays',
      isDefault: false,
      items: [
        { userId: olena, action: 'allow', mutual: false },
        { userId: kofi, action: 'deny', mutual: false },
        { userId: eva, action: 'deny', mutual: true },
      ],
    },
    { name: 'Nobody', isDefault: false, items: [] },
  ];
}

const FIRST_NAMES = [
  'Ada',
  'Bruno',
  'Chidi',
  'Dalia',
  'Emre',
  'Freya',
  'Goran',
  'Hana',
  'Ines',
  'Jiro',
  'Kaja',
];
const LAST_NAMES = ['Abe', 'Berg', 'Costa', 'Diallo', 'Eriksen', 'Fuchs', 'Garcia', 'Horvat', 'Ito'];
const CROWD_BEGIN = 6_000_000;

/** Person number `index` of the crowd, the same one each time. */
export function fromCrowd(index: number): User {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? '';
  const last = LAST_NAMES[Math.floor(index / FIRST_NAMES.length) % LAST_NAMES.length] ?? '';
  return person(CROWD_BEGIN + index, `${first} ${last}`, `person${String(index)}`);
}

/** Anybody: from the cast, from the crowd, or nobody. */
export function personOf(id: UserId): User | undefined {
  if (id >= CROWD_BEGIN && id < CROWD_BEGIN + 100_000) return fromCrowd(id - CROWD_BEGIN);
  return PEOPLE.find((user) => user.id === id);
}
