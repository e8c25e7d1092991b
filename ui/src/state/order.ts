// The one order of messages, here as in the engine: whole seconds of sending, then id. And how arrivals are merged.
import type { Field, Hold, Message, MessageId, Reaction } from '~/ipc/bindings.gen';

type Placed = Pick<Message, 'sentAt' | 'id'>;

/** Negative when `a` stands above `b`. */
export function compareMessages(a: Placed, b: Placed): number {
  const seconds = Math.floor(a.sentAt / 1000) - Math.floor(b.sentAt / 1000);
  if (seconds !== 0) return seconds;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function sameReactions(a: readonly Reaction[], b: readonly Reaction[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return one.emoji === other?.emoji && one.count === other.count && one.mine === other.mine;
    })
  );
}

function sameFields(a: readonly Field[], b: readonly Field[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => one.name === b[index]?.name && one.value === b[index].value)
  );
}

function sameHold(a: Hold | null, b: Hold | null): boolean {
  return a?.type === b?.type && JSON.stringify(a?.payload) === JSON.stringify(b?.payload);
}

/** Whether two versions of one message draw the same. */
export function sameMessage(a: Message, b: Message): boolean {
  return (
    a.status === b.status &&
    a.text === b.text &&
    a.sentAt === b.sentAt &&
    a.senderId === b.senderId &&
    a.failure?.kind === b.failure?.kind &&
    a.failure?.text === b.failure?.text &&
    a.editedAt === b.editedAt &&
    a.previousText === b.previousText &&
    a.deleted === b.deleted &&
    sameHold(a.hold, b.hold) &&
    sameReactions(a.reactions, b.reactions) &&
    sameFields(a.fields, b.fields) &&
    sameIds(a.mentions, b.mentions) &&
    a.reply?.messageId === b.reply?.messageId &&
    a.reply?.text === b.reply?.text &&
    a.reply?.senderId === b.reply?.senderId &&
    a.forwarded?.senderId === b.forwarded?.senderId &&
    a.forwarded?.sentAt === b.forwarded?.sentAt &&
    sameIds(a.readBy, b.readBy) &&
    sameIds(a.deliveredTo, b.deliveredTo)
  );
}

/**
 * Puts `arrived` among `items`, which are in order; the later version of a message wins, but one that says the same
 * leaves the object that is here. Gives the same array back when nothing changed, so that nothing is drawn again.
 */
export function mergeMessages(items: Message[], arrived: Message[]): Message[] {
  if (arrived.length === 0) return items;
  const fresh = new Map<MessageId, Message>();
  for (const message of arrived) fresh.set(message.id, message);
  for (const message of items) {
    const version = fresh.get(message.id);
    if (version && sameMessage(version, message)) fresh.delete(message.id);
  }
  if (fresh.size === 0) return items;
  const kept = items.filter((message) => !fresh.has(message.id));
  const sorted = [...fresh.values()].sort(compareMessages);
  const merged: Message[] = [];
  let next = 0;
  for (const message of kept) {
    for (
      let candidate = sorted[next];
      candidate && compareMessages(candidate, message) < 0;
      candidate = sorted[next]
    ) {
      merged.push(candidate);
      next += 1;
    }
    merged.push(message);
  }
  merged.push(...sorted.slice(next));
  return merged;
}
