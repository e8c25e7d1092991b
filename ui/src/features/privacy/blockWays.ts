// The two ways of blocking somebody, in words; the same everywhere.
import { m } from '~/i18n';

export type BlockWay = 'oneWay' | 'bothWays';

export function blockWays(): { value: BlockWay; label: string; hint: string }[] {
  return [
    { value: 'oneWay', label: m.privacy_one_way(), hint: m.privacy_one_way_hint() },
    { value: 'bothWays', label: m.privacy_both_ways(), hint: m.privacy_both_ways_hint() },
  ];
}
