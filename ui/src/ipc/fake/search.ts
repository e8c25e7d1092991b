// The fake searches: words by their beginnings and filters over what the memory has. Some chats have older messages that
// only the "server" knows; once found they are here.
import { fold } from '~/features/chats/filter';
import type { Backend } from '../backend';
import type { Has, Message, SearchHit, SearchQuery, SnippetPart } from '../bindings.gen';
import type { Memory } from './memory';
import { message } from './world';

type SearchCommands = Pick<Backend, 'searchMessages' | 'searchServer'>;

/** As the real server: shorter words are not looked for. */
const SHORTEST = 5;
const COUNTED = 999;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What only the server has, by the short name of the chat. */
const OLDER: readonly { slug: string; by: 'them' | 'me'; daysAgo: number; text: string }[] = [
  { slug: 'ridge', by: 'them', daysAgo: 200, text: 'The winter room costs twelve a night' },
  { slug: 'ridge', by: 'them', daysAgo: 260, text: 'Winter boots, size 42, anyone?' },
  { slug: 'jonas', by: 'them', daysAgo: 320, text: 'In winter the bus goes only twice' },
];

function partsOf(text: string, words: readonly string[]): SnippetPart[] {
  const parts: SnippetPart[] = [];
  for (const piece of text.split(/([^\p{L}\p{N}]+)/u)) {
    const word = words.find((each) => fold(piece).startsWith(each));
    if (word !== undefined) {
      parts.push({ text: piece.slice(0, word.length), hit: true });
      if (piece.length > word.length) parts.push({ text: piece.slice(word.length), hit: false });
    } else if (piece !== '') parts.push({ text: piece, hit: false });
  }
  return parts;
}

function wordsOf(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function carries(item: Message, has: Has): boolean {
  if (has === 'link') return /https?:\/\//u.test(item.text);
  return item.attachments.some((each) => {
    if (has === 'location') return each.kind === 'location';
    return has === 'image' ? each.kind === 'image' : each.kind !== 'location';
  });
}

function fits(item: Message, query: SearchQuery): boolean {
  const here = wordsOf([item.text, ...item.attachments.map((each) => each.name)].join(' '));
  return (
    item.system === null &&
    !item.deleted &&
    wordsOf(query.text).every((word) => here.some((each) => each.startsWith(word))) &&
    (query.from.length === 0 || query.from.includes(item.senderId)) &&
    (query.dialogIds.length === 0 || query.dialogIds.includes(item.dialogId)) &&
    query.has.every((has) => carries(item, has)) &&
    (query.since === null || item.sentAt >= query.since) &&
    (query.before === null || item.sentAt < query.before)
  );
}

export function searchCommands(memory: Memory): SearchCommands {
  const hitOf = (item: Message, query: SearchQuery): SearchHit => {
    const words = wordsOf(query.text);
    const said = partsOf(item.text, words);
    const file = item.attachments.find((each) => partsOf(each.name, words).some((part) => part.hit));
    const named = file !== undefined && !said.some((part) => part.hit);
    return {
      message: item,
      dialogName: memory.world.dialogs.get(item.dialogId)?.name ?? '',
      snippet: named ? partsOf(file.name, words) : said,
      attachment: named ? file.index : null,
    };
  };

  return {
    async searchMessages(_accountId, query, after, limit) {
      memory.calls.push(['searchMessages', query, after]);
      return memory.answer(() => {
        const all = [...memory.world.messages.values()]
          .flat()
          .filter((item) => fits(item, query))
          .sort((a, b) => b.sentAt - a.sentAt);
        const from = Number(after ?? '0');
        const to = from + limit;
        return {
          hits: all.slice(from, to).map((item) => hitOf(item, query)),
          total: Math.min(all.length, COUNTED),
          hasMoreThanCounted: all.length > COUNTED,
          next: to < all.length ? String(to) : null,
          isIndexing: false,
        };
      });
    },

    async searchServer(_accountId, query) {
      if ([...query.text].length < SHORTEST) return memory.answer(() => null);
      return memory.act(['searchServer', query], () => {
        if (memory.connection.type !== 'online') return memory.fail({ kind: 'offline' });
        const hits: SearchHit[] = [];
        for (const { slug, by, daysAgo, text } of OLDER) {
          const dialogId = memory.world.bySlug.get(slug);
          const dialog = dialogId === undefined ? undefined : memory.world.dialogs.get(dialogId);
          if (!dialog) continue;
          const items = memory.messagesOf(dialog.id);
          const them = dialog.occupantIds.find((id) => id !== memory.accounts[0]?.userId) ?? 0;
          const senderId = by === 'me' ? (memory.accounts[0]?.userId ?? 0) : them;
          const item = message(dialog.id, senderId, text, Date.now() - daysAgo * DAY_MS, 'read');
          if (!fits(item, query) || items.some((each) => each.text === text)) continue;
          items.push(item);
          items.sort((a, b) => a.sentAt - b.sentAt);
          hits.push(hitOf(item, query));
        }
        return { hits: hits.sort((a, b) => b.message.sentAt - a.message.sentAt), next: null };
      });
    },
  };
}
