// The emoji this person reacts with most recently, kept by the page itself over restarts.

const KEY = 'cubist.recent-reactions';
/** As many as stand in the quick bar. */
export const QUICK = 7;
/** For those who never reacted. */
const FIRST = ['👍', '❤️', '😂', '😮', '😢', '🙏', '🔥'];

type Store = Pick<Storage, 'getItem' | 'setItem'>;

/** The used ones first, the newest at the front, filled up with common ones. */
export function recentEmoji(store: Store = localStorage): string[] {
  let used: string[] = [];
  try {
    const kept: unknown = JSON.parse(store.getItem(KEY) ?? '[]');
    if (Array.isArray(kept)) used = kept.filter((each): each is string => typeof each === 'string');
  } catch {
    // Something else wrote there, or the page may not keep anything: the common ones do.
  }
  return [...new Set([...used, ...FIRST])].slice(0, QUICK);
}

export function noteEmoji(emoji: string, store: Store = localStorage): void {
  try {
    // Those of the bar keep their order: a bar that changes under the hand is pressed wrong.
    const known = recentEmoji(store);
    if (known.includes(emoji)) return;
    store.setItem(KEY, JSON.stringify([emoji, ...known].slice(0, QUICK)));
  } catch {
    // It is asked for again next time.
  }
}
