// The fake engine's memory: chats and messages built from the script, in the order the real one keeps.
import type {
  Activity,
  Block,
  Dialog,
  DialogId,
  Folder,
  Message,
  MessageId,
  Preview,
  PrivacyList,
  PublicDialog,
  Role,
  Status,
  UserId,
} from '../bindings.gen';
import { previewAttachment } from '~/lib/previewAttachment';
import { activitiesOf, blocksOf, ME, PEOPLE, privacyListsOf } from './cast';
import { publicDialogsOf } from './publicDialogs';
import { ARRANGED, FULL_SCRIPTS, MORE_SCRIPTS, SCRIPTS, SMALL_TALK, type Script } from './script';
import { FILES_SCRIPTS } from './filesScript';
import type { StateName } from './states';

const MINUTE_MS = 60_000;

let counter = 0;

/** 24 hex digits: seconds, then a counter, like the real ones. */
export function makeId(at: number): string {
  counter += 1;
  return (
    Math.floor(at / 1000)
      .toString(16)
      .padStart(8, '0') + counter.toString(16).padStart(16, 'c0ffee00')
  );
}

export interface World {
  dialogs: Map<DialogId, Dialog>;
  messages: Map<DialogId, Message[]>;
  bySlug: Map<string, DialogId>;
  typing: Map<DialogId, UserId[]>;
  /** What exploring finds beside the public dialogs I am in. */
  publicDialogs: PublicDialog[];
  /** Who joined which room. */
  inRoom: Map<DialogId, UserId[]>;
  folders: Folder[];
  activities: Map<UserId, Activity>;
  blocks: Block[];
  privacyLists: PrivacyList[];
}

export function message(
  dialogId: DialogId,
  senderId: UserId,
  text: string,
  sentAt: number,
  status: Status,
  id: MessageId = makeId(sentAt),
): Message {
  return {
    id,
    dialogId,
    senderId,
    text,
    sentAt,
    status,
    failure: null,
    deliveredTo: [],
    readBy: [],
    system: null,
    editedAt: null,
    previousText: null,
    deleted: false,
    reactions: [],
    reply: null,
    forwarded: null,
    mentions: [],
    preview: null,
    fields: [],
    silent: false,
    attachments: [],
    hold: null,
  };
}

/** What the list says about the newest message. */
export function previewOf(items: Message[]): Preview | null {
  const last = items.findLast((item) => item.system === null);
  if (!last) return null;
  return {
    messageId: last.id,
    senderId: last.senderId,
    text: last.text,
    attachment: previewAttachment(last.attachments),
    sentAt: last.sentAt,
    status: last.senderId === ME ? last.status : null,
  };
}

/** What I am in a dialog, and whether I may write there: the rules of the four kinds. */
export function standing(
  dialog: Pick<Dialog, 'kind' | 'ownerId' | 'adminIds' | 'occupantIds'>,
): Pick<Dialog, 'role' | 'canWrite'> {
  const role: Role = dialog.ownerId === ME ? 'owner' : dialog.adminIds.includes(ME) ? 'admin' : 'occupant';
  const within = dialog.kind === 'public' || dialog.occupantIds.includes(ME);
  return { role, canWrite: dialog.kind === 'broadcast' ? role !== 'occupant' : within };
}

/** A chat nothing has happened in yet. */
export function emptyDialog(
  id: DialogId,
  parts: Pick<Dialog, 'kind' | 'name' | 'occupantIds' | 'lastActivity'> & Partial<Dialog>,
): Dialog {
  const dialog: Dialog = {
    id,
    photo: null,
    description: null,
    ownerId: ME,
    adminIds: [],
    occupantCount: parts.occupantIds.length,
    opponentId: null,
    last: null,
    unread: 0,
    firstUnreadId: null,
    mention: false,
    scheduled: 0,
    draft: null,
    unsent: false,
    fields: [],
    allowPreview: false,
    role: 'owner',
    canWrite: true,
    pinned: null,
    archived: false,
    markedUnread: false,
    mutedUntil: null,
    alerts: 'usual',
    notifications: true,
    folderIds: [],
    ...parts,
  };
  return { ...dialog, ...standing(dialog) };
}

function past(dialogId: DialogId, script: Script, before: number, writers: UserId[]): Message[] {
  const items: Message[] = [];
  const count = script.past ?? 0;
  for (let i = 0; i < count; i += 1) {
    // Bursts of three, then a pause: groups of every length.
    const sentAt = before - (count - i) * 11 * MINUTE_MS + (i % 3) * 2 * MINUTE_MS;
    const by = writers[Math.floor(i / 3) % writers.length] ?? ME;
    const text = SMALL_TALK[(i * 7) % SMALL_TALK.length] ?? '';
    items.push(message(dialogId, by, text, sentAt, 'read'));
  }
  return items;
}

function mutedUntil(now: number, seconds: number | undefined): number | null {
  if (seconds === undefined) return null;
  return seconds === Infinity ? Number.MAX_SAFE_INTEGER : now + seconds * 1000;
}

function build(script: Script, now: number, world: World): void {
  const lines = script.lines;
  const begin = now - (lines[0]?.ago ?? 0) * MINUTE_MS;
  const id = makeId(begin - 1000 * MINUTE_MS);
  const items = past(id, script, begin, [...script.with.slice(0, 3), ME]);
  for (const line of lines) {
    const sentAt = now - line.ago * MINUTE_MS;
    const item = message(
      id,
      line.by,
      line.text,
      sentAt,
      line.status ?? (line.by === ME ? 'sent' : 'delivered'),
    );
    item.readBy = line.readBy ?? [];
    item.deliveredTo = [...(line.deliveredTo ?? []), ...item.readBy];
    if (line.failure !== undefined) item.failure = { kind: line.failure, text: null };
    item.system = line.system ?? null;
    Object.assign(item, line.more);
    if (item.editedAt !== null) item.editedAt = sentAt + MINUTE_MS;
    const answered = items.find((each) => line.answers !== undefined && each.text === line.answers);
    if (answered) {
      item.reply = {
        messageId: answered.id,
        senderId: answered.senderId,
        text: answered.text,
        attachment: previewAttachment(answered.attachments),
      };
    }
    items.push(item);
  }
  const theirs = items.filter((item) => item.senderId !== ME && item.system === null);
  const unread = Math.min(script.unread ?? 0, theirs.length);
  const last = previewOf(items);
  const opponent = script.kind === 'private' ? PEOPLE.find((user) => user.id === script.with[0]) : undefined;
  const listed = script.kind === 'private' || script.kind === 'group';
  const everyone = script.former === true ? script.with : [ME, ...script.with];
  world.dialogs.set(
    id,
    emptyDialog(id, {
      kind: script.kind,
      name: script.name,
      photo: script.photo ?? opponent?.avatar ?? null,
      description: script.description ?? null,
      ownerId: script.owner ?? ME,
      adminIds: script.admins ?? [],
      occupantIds: listed ? everyone : [],
      occupantCount: script.occupantCount ?? everyone.length,
      opponentId: opponent?.id ?? null,
      last,
      lastActivity: last?.sentAt ?? begin,
      unread,
      firstUnreadId: unread > 0 ? (theirs.at(-unread)?.id ?? null) : null,
      mention: script.mention ?? false,
      draft: script.draft === undefined ? null : { text: script.draft, reply: null, edit: null },
      unsent: script.unsent ?? items.some((item) => item.status === 'failed'),
      fields: script.fields ?? [],
      allowPreview: script.allowPreview ?? false,
      pinned: script.pinned ?? null,
      archived: script.archived ?? false,
      markedUnread: script.markedUnread ?? false,
      mutedUntil: mutedUntil(now, script.mutedForS),
      notifications: script.notifications ?? true,
      folderIds: script.folderIds ?? [],
    }),
  );
  world.messages.set(id, items);
  world.bySlug.set(script.slug, id);
  if (script.kind === 'public') world.inRoom.set(id, everyone);
  if (script.typing) world.typing.set(id, script.typing);
}

/** Chats beyond the script, for lists of thousands of rows. */
function fill(world: World, count: number, now: number): void {
  for (let i = 0; i < count; i += 1) {
    const with_ = PEOPLE[1 + (i % (PEOPLE.length - 1))];
    if (!with_) continue;
    const kind = i % 3 === 0 ? 'group' : 'private';
    const name = kind === 'group' ? `Circle ${String(i + 1)}` : `${with_.name} ${String(i + 1)}`;
    build(
      {
        slug: `fill-${String(i)}`,
        kind,
        name,
        with: [with_.id],
        unread: i % 9 === 0 ? 1 : 0,
        lines: [{ by: with_.id, ago: 20_000 + i * 37, text: SMALL_TALK[i % SMALL_TALK.length] ?? '' }],
      },
      now,
      world,
    );
  }
}

export function buildWorld(now: number, size: number, state: StateName): World {
  const world: World = {
    dialogs: new Map(),
    messages: new Map(),
    bySlug: new Map(),
    typing: new Map(),
    publicDialogs: publicDialogsOf(),
    inRoom: new Map(),
    folders: [],
    activities: activitiesOf(now),
    blocks: [],
    privacyLists: [],
  };
  if (state === 'blocked') {
    world.blocks = blocksOf();
    world.privacyLists = privacyListsOf();
  }
  if (size === 0) return world;
  const organised = state === 'organised';
  for (const script of SCRIPTS)
    build(organised ? { ...script, ...ARRANGED[script.slug] } : script, now, world);
  if (organised) {
    for (const script of MORE_SCRIPTS) build(script, now, world);
    world.folders = [
      { id: 1, name: 'News', rule: { type: 'kinds', payload: ['public', 'broadcast'] }, place: 0 },
      { id: 2, name: 'Mountains', rule: { type: 'byHand' }, place: 1 },
    ];
  }
  if (state === 'full') for (const script of FULL_SCRIPTS) build(script, now, world);
  if (state === 'files') for (const script of FILES_SCRIPTS) build(script, now, world);
  if (state === 'blocked') refuse(world);
  fill(world, Math.max(0, size - SCRIPTS.length), now);
  return world;
}

/** The message to somebody who is blocked says why it did not go. */
function refuse(world: World): void {
  for (const items of world.messages.values()) {
    for (const item of items) if (item.failure?.kind === 'refused') item.failure.kind = 'blocked';
  }
}
