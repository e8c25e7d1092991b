// What becomes of a message that was sent in the browser's world: clock, ticks, an answer; or a refusal, or a wait.
import type { Failure, Message } from '../bindings.gen';
import { ME } from './cast';
import type { Memory } from './memory';
import { ANSWERS } from './script';

const TYPING_MS = 1500;

/** Why a message does not go, if it does not: the text asks for it, or somebody is blocked. */
function refusal(memory: Memory, item: Message): Failure | undefined {
  if (item.text.includes('fail')) return { kind: 'noAnswer', text: null };
  if (item.text.includes('too large')) return { kind: 'tooLarge', text: null };
  if (item.text.includes('blocked')) return { kind: 'blocked', text: 'Service not available.' };
  const opponent = memory.world.dialogs.get(item.dialogId)?.opponentId;
  if (memory.world.blocks.some((block) => block.userId === opponent && block.mutual)) {
    return { kind: 'blocked', text: 'You have blocked this person.' };
  }
  return undefined;
}

let answers = 0;

/** Clock, tick, two ticks, read; then the other one writes and answers. Nothing of it without a connection. */
export function travel(memory: Memory, item: Message, again = false): void {
  if (memory.connection.type !== 'online') return;
  const failure = again ? undefined : refusal(memory, item);
  const dialog = memory.world.dialogs.get(item.dialogId);
  const others = dialog?.occupantIds.filter((id) => id !== ME) ?? [];
  const steps: [number, () => void][] =
    failure !== undefined
      ? [[600, () => memory.change(item, { status: 'failed', failure })]]
      : [
          [300, () => memory.change(item, { status: 'sent', failure: null })],
          [800, () => memory.change(item, { status: 'delivered', deliveredTo: others })],
          [1400, () => memory.change(item, { status: 'read', deliveredTo: others, readBy: others })],
        ];
  for (const [after, step] of steps) setTimeout(step, after);
  const partner = others[0];
  if (failure !== undefined || partner === undefined || dialog?.kind !== 'private') return;
  setTimeout(() => {
    memory.setTypingOf(item.dialogId, [partner]);
  }, 1600);
  setTimeout(() => {
    memory.setTypingOf(item.dialogId, []);
    answers += 1;
    memory.add(item.dialogId, partner, ANSWERS[answers % ANSWERS.length] ?? '');
  }, 1600 + TYPING_MS);
}

/** When the wait of a message is over it goes, unless it was taken back or put off meanwhile. */
export function waitFor(memory: Memory, item: Message): void {
  const until = untilOf(item);
  if (until === null) return;
  setTimeout(
    () => {
      const present = memory.find(item.id);
      if (!present || untilOf(present) !== until || memory.connection.type !== 'online') return;
      memory.release(present);
    },
    Math.min(until - Date.now(), 0x7fffffff),
  );
}

function untilOf({ hold }: Message): number | null {
  if (hold === null) return null;
  return hold.type === 'undo' ? hold.payload.until : hold.payload.at;
}
