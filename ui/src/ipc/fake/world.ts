// The fake engine's memory: chats and messages built from the script, in the order the real one keeps.
import type { Dialog, DialogId, Message, MessageId, Preview, Status, UserId } from '../bindings.gen';
import { ME, PEOPLE, SCRIPTS, SMALL_TALK, type Script } from './script';

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
}

export function message(
  dialogId: DialogId,
  senderId: UserId,
  text: string,
  sentAt: number,
  status: Status,
  id: MessageId = makeId(sentAt),
): Message {
  return { id, dialogId, senderId, text, sentAt, status, failure: null, deliveredTo: [], readBy: [] };
}

/** What the list says about the newest message. */
export function previewOf(items: Message[]): Preview | null {
  const last = items.at(-1);
  if (!last) return null;
  return {
    messageId: last.id,
    senderId: last.senderId,
    text: last.text,
    sentAt: last.sentAt,
    status: last.senderId === ME ? last.status : null,
  };
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
    items.push(item);
  }
  const theirs = items.filter((item) => item.senderId !== ME);
  const unread = Math.min(script.unread ?? 0, theirs.length);
  const last = previewOf(items);
  world.dialogs.set(id, {
    id,
    kind: script.kind,
    name: script.name,
    photo: null,
    description: null,
    ownerId: script.owner ?? ME,
    occupantIds: [ME, ...script.with],
    opponentId: script.kind === 'private' ? (script.with[0] ?? null) : null,
    last,
    lastActivity: last?.sentAt ?? begin,
    unread,
    firstUnreadId: unread > 0 ? (theirs.at(-unread)?.id ?? null) : null,
    draft: script.draft ?? null,
    unsent: script.unsent ?? items.some((item) => item.status === 'failed'),
  });
  world.messages.set(id, items);
  world.bySlug.set(script.slug, id);
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

export function buildWorld(now: number, size: number): World {
  const world: World = { dialogs: new Map(), messages: new Map(), bySlug: new Map(), typing: new Map() };
  if (size === 0) return world;
  for (const script of SCRIPTS) build(script, now, world);
  fill(world, Math.max(0, size - SCRIPTS.length), now);
  return world;
}
