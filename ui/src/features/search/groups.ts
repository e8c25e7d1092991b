// The words beside the hits: how many, and how the server is doing.
import { inDigits, m } from '~/i18n';
import { errorSentence } from '~/lib/errorSentence';
import type { LocalState, MessageSearch } from './messageSearch.svelte';
import type { Group, Option } from './results';

/** How many there are, and how long it took where that is said. */
export function countNote(found: Extract<LocalState, { kind: 'found' }>, timed: boolean): string {
  const count = found.more ? m.search_more_than({ count: found.total }) : inDigits(found.total);
  const said = timed ? m.search_count_in({ count, time: found.tookMs }) : count;
  return found.indexing ? m.search_indexing({ count: said }) : said;
}

/** What the server has, or why nothing is known of that; null where there is nothing to say. */
export function serverGroup(search: MessageSearch): Group | null {
  const { server } = search;
  const group = (options: readonly Option[], more: Partial<Group> = {}): Group => ({
    id: 'server',
    title: m.search_group_server(),
    options: [...search.serverHits.map((hit): Option => ({ kind: 'hit', hit })), ...options],
    ...more,
  });
  const retry = (id: string, label: string): Option => ({
    kind: 'step',
    id,
    label,
    run: () => search.retryServer(),
  });
  switch (server.kind) {
    case 'idle':
      return null;
    case 'short':
      return group([], { line: m.search_server_short() });
    case 'offline':
      return group([retry('again', m.shell_try_again())], { line: m.search_server_offline() });
    case 'searching':
      return group([], { note: m.search_server_searching(), loading: true });
    case 'failed':
      return group([retry('again', m.shell_try_again())], { line: errorSentence(server.error) });
    case 'found': {
      if (!server.further) {
        return search.serverHits.length > 0 ? group([]) : group([], { line: m.search_none_server() });
      }
      const further: Option = {
        kind: 'step',
        id: 'further',
        label: m.search_server_further(),
        run: () => search.further(),
      };
      return group([further]);
    }
  }
}
