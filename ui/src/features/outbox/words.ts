// What the outbox says about a message that waits: why, and what happens next.
import { failureReason } from '~/features/conversation/failure';
import { laterWords } from '~/features/schedule/laterWords';
import { m } from '~/i18n';
import type { ConnectionState, OutboxItem } from '~/ipc/bindings.gen';
import { clockTime } from '~/lib/time';

export interface OutboxWords {
  tone: 'wait' | 'later' | 'failed';
  text: string;
}

export interface OutboxContext {
  connection: ConnectionState['type'];
  now: number;
}

/** Seconds that are left, at least one: what is due this moment is still to come. */
function secondsLeft(until: number, now: number): number {
  return Math.max(1, Math.ceil((until - now) / 1000));
}

export function outboxWords({ message, waiting }: OutboxItem, context: OutboxContext): OutboxWords {
  const { now } = context;
  const online = context.connection === 'online';
  const written = (what: string): OutboxWords => ({
    tone: 'wait',
    text: m.outbox_written({ time: clockTime(message.sentAt), what }),
  });
  switch (waiting.type) {
    case 'decision':
      return { tone: 'failed', text: m.conversation_not_sent({ reason: failureReason(message.failure) }) };
    case 'scheduled': {
      const { at } = waiting.payload;
      if (at > now) return { tone: 'later', text: m.schedule_will_be_sent({ when: laterWords(at, now) }) };
      return { tone: 'later', text: online ? m.outbox_due() : m.outbox_due_offline() };
    }
    case 'undo':
      return written(m.outbox_undo({ seconds: secondsLeft(waiting.payload.until, now) }));
    case 'retry': {
      const { at, attempts } = waiting.payload;
      if (!online) return written(m.outbox_line());
      return written(m.outbox_retry({ seconds: secondsLeft(at, now), count: attempts }));
    }
    case 'turn':
      return written(m.outbox_turn());
    case 'answer':
      return written(online ? m.outbox_answer() : m.outbox_answer_offline());
    case 'line':
      if (context.connection === 'signedOut') return written(m.outbox_signed_out());
      return written(online ? m.outbox_now() : m.outbox_line());
  }
}

/** How many of these wait for a connection or their turn, for their time, and for the person. */
export function counts(items: readonly OutboxItem[]): { waiting: number; later: number; failed: number } {
  const failed = items.filter((item) => item.waiting.type === 'decision').length;
  const later = items.filter((item) => item.waiting.type === 'scheduled').length;
  return { waiting: items.length - failed - later, later, failed };
}

/** “3 wait, 1 failed”: what a chat has, in the words of one line. */
export function countWords(items: readonly OutboxItem[], words: 'chat' | 'all'): string {
  const { waiting, later, failed } = counts(items);
  const parts: string[] = [];
  if (waiting > 0) parts.push(m.outbox_count_waiting({ count: waiting }));
  if (later > 0) parts.push(m.outbox_count_later({ count: later }));
  if (failed > 0) {
    parts.push(
      words === 'all' ? m.outbox_count_need_you({ count: failed }) : m.outbox_count_failed({ count: failed }),
    );
  }
  return parts.join(', ');
}
