// Privacy lists as a person sees them: what one does, in a sentence, and what may be saved.
import { m } from '~/i18n';
import type { PrivacyItem, PrivacyList } from '~/ipc/bindings.gen';

/** What a list does about one person; the three that the wire can say. */
export type Rule = 'deny' | 'denyBoth' | 'allow';

export function ruleOf(item: PrivacyItem): Rule {
  if (item.action === 'allow') return 'allow';
  return item.mutual ? 'denyBoth' : 'deny';
}

export function withRule(item: PrivacyItem, rule: Rule): PrivacyItem {
  return { ...item, action: rule === 'allow' ? 'allow' : 'deny', mutual: rule === 'denyBoth' };
}

export function ruleWords(rule: Rule): string {
  switch (rule) {
    case 'deny':
      return m.privacy_one_way();
    case 'denyBoth':
      return m.privacy_both_ways();
    case 'allow':
      return m.privacy_allow();
  }
}

/** “3 people blocked, everyone else allowed”. */
export function listWords(list: Pick<PrivacyList, 'items'>): string {
  const blocked = list.items.filter((item) => item.action === 'deny').length;
  return blocked === 0 ? m.privacy_list_nobody() : m.privacy_list_blocks({ count: blocked });
}

export const NAME_MAX = 60;

export type ListProblem = 'noName' | 'longName' | 'nameTaken' | 'noItems';

/** null when the list can be saved. A list without anybody would be deleted by the server. */
export function listProblem(
  name: string,
  items: readonly PrivacyItem[],
  others: readonly string[],
): ListProblem | null {
  const own = name.trim();
  if (own === '') return 'noName';
  if (Array.from(own).length > NAME_MAX) return 'longName';
  if (others.includes(own)) return 'nameTaken';
  return items.length === 0 ? 'noItems' : null;
}
