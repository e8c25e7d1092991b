// The one order of messages, here as in the engine: whole seconds of sending, then id. And how arrivals are merged.
import type { Message, MessageId } from '~/ipc/bindings.gen';

type Placed = Pick<Message, 'sentAt' | 'id'>;

/** Negative when `a` stands above `b`. */
export function compareMessages(a: Placed, b: Placed): number {
  const seconds = Math.floor(a.sentAt / 1000) - Math.floor(b.sentAt / 1000);
  if (seconds !== 0) return seconds;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Whether two values of the engine say the same, however deep the difference lies. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [one, other] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    one.length === other.size && one.every(([key, value]) => other.has(key) && same(value, other.get(key)))
  );
}

/** Whether two versions of one message draw the same: each part counts, so that none can be forgotten here. */
function sameMessage(a: Message, b: Message): boolean {
  return same(a, b);
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
