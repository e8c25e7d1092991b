// Turns a run of messages into what is drawn: days, the unread line, groups of one sender, what happened.
// Rows that did not change are the very objects of the last time, so that only changed ones are drawn again.
import type { Edge, Message, MessageId, UserId } from '~/ipc/bindings.gen';
import { emojiAlone } from '~/lib/emoji';
import { dayKey } from '~/lib/time';

/** A longer pause begins a new group. */
const GROUP_PAUSE_MS = 5 * 60_000;

export type Place = 'only' | 'first' | 'middle' | 'last';

export interface Bubble {
  message: Message;
  place: Place;
}

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string; count: number }
  | { kind: 'system'; key: string; message: Message }
  | { kind: 'gap'; key: string; where: 'before' | 'after'; reason: 'offline' | 'failed' }
  | {
      kind: 'group';
      key: string;
      senderId: UserId;
      mine: boolean;
      bubbles: Bubble[];
    };

export interface RowInput {
  items: Message[];
  me: UserId;
  divider: { beforeId: MessageId; count: number } | null;
  before: Edge;
  after: Edge;
}

/** Whether a message stands large and without a bubble: a few emoji, and nothing else to show. */
export function standsLarge(message: Message): boolean {
  return (
    message.reply === null &&
    message.forwarded === null &&
    message.reactions.length === 0 &&
    message.attachments.length === 0 &&
    emojiAlone(message.text) > 0
  );
}

/** Whether `next` continues the group that `last` is in. */
function joins(last: Message, next: Message): boolean {
  return (
    last.senderId === next.senderId &&
    next.sentAt - last.sentAt < GROUP_PAUSE_MS &&
    // Big emoji stand without a bubble and end the group.
    !standsLarge(last)
  );
}

/** Where each bubble stands. An emoji after them has none, so that the last bubble before it ends the shape. */
function places(run: Message[]): Bubble[] {
  const last = run.at(-1);
  const count = run.length > 1 && last && standsLarge(last) ? run.length - 1 : run.length;
  return run.map((message, index) => ({
    message,
    place:
      index >= count
        ? 'last'
        : count === 1
          ? 'only'
          : index === 0
            ? 'first'
            : index === count - 1
              ? 'last'
              : 'middle',
  }));
}

export class RowBuilder {
  /** The group each message was in, so that a group keeps its key while messages join at either end. */
  #keys = new Map<MessageId, string>();
  #rows = new Map<string, Row>();

  build(input: RowInput): Row[] {
    const rows: Row[] = [];
    let run: Message[] = [];
    let day = '';
    const close = (): void => {
      if (run.length > 0) rows.push(this.#group(run, input.me, used));
      run = [];
    };
    const used = new Set<string>();
    if (input.before.type === 'gap') {
      rows.push({ kind: 'gap', key: 'gap-before', where: 'before', reason: input.before.payload.reason });
    }
    for (const message of input.items) {
      const messageDay = dayKey(message.sentAt);
      if (messageDay !== day) {
        close();
        day = messageDay;
        rows.push({ kind: 'day', key: `day-${messageDay}`, at: message.sentAt });
      }
      if (input.divider?.beforeId === message.id) {
        close();
        rows.push({ kind: 'unread', key: 'unread', count: input.divider.count });
      }
      if (message.system !== null) {
        close();
        rows.push({ kind: 'system', key: `system-${message.id}`, message });
        continue;
      }
      const last = run.at(-1);
      if (last && !joins(last, message)) close();
      run.push(message);
    }
    close();
    if (input.after.type === 'gap') {
      rows.push({ kind: 'gap', key: 'gap-after', where: 'after', reason: input.after.payload.reason });
    }
    return this.#reuse(rows);
  }

  #group(run: Message[], me: UserId, used: Set<string>): Row {
    const [first] = run;
    if (!first) throw new Error('a group has at least one message');
    const known = run
      .map((message) => this.#keys.get(message.id))
      .find((key) => key !== undefined && !used.has(key));
    const key = known ?? `group-${first.id}`;
    // A group that was split leaves its key to the first part; the rest is named anew.
    const free = used.has(key) ? `group-${first.id}-${String(used.size)}` : key;
    used.add(free);
    return {
      kind: 'group',
      key: free,
      senderId: first.senderId,
      mine: first.senderId === me,
      bubbles: places(run),
    };
  }

  /** Swaps in the rows of the last time wherever they say the same. */
  #reuse(rows: Row[]): Row[] {
    const before = this.#rows;
    this.#rows = new Map();
    this.#keys = new Map();
    return rows.map((row) => {
      const old = before.get(row.key);
      const kept = old === undefined ? row : sameRow(old, row);
      this.#rows.set(kept.key, kept);
      if (kept.kind === 'group') {
        for (const bubble of kept.bubbles) this.#keys.set(bubble.message.id, kept.key);
      }
      return kept;
    });
  }
}

/** The old row if nothing differs; otherwise the new one with those bubbles of the old that stay. */
function sameRow(old: Row, row: Row): Row {
  if (row.kind === 'group') {
    if (old.kind !== 'group') return row;
    const known = new Map(old.bubbles.map((bubble) => [bubble.message.id, bubble]));
    let same = old.bubbles.length === row.bubbles.length;
    const bubbles = row.bubbles.map((bubble, index) => {
      const before = known.get(bubble.message.id);
      const keep = before?.message === bubble.message && before.place === bubble.place;
      if (!keep || old.bubbles[index] !== before) same = false;
      return keep ? before : bubble;
    });
    return same ? old : { ...row, bubbles };
  }
  if (row.kind === 'day' && old.kind === 'day' && dayKey(old.at) === dayKey(row.at)) return old;
  if (row.kind === 'system' && old.kind === 'system' && old.message === row.message) return old;
  if (row.kind === 'unread' && old.kind === 'unread' && old.count === row.count) return old;
  if (row.kind === 'gap' && old.kind === 'gap' && old.reason === row.reason) return old;
  return row;
}
