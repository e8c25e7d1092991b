import { describe, expect, it } from 'vitest';
import type { PrivacyItem } from '~/ipc/bindings.gen';
import { listProblem, listWords, NAME_MAX, ruleOf, withRule, type Rule } from './listRules';

const item = (userId: number, action: PrivacyItem['action'] = 'deny', mutual = false): PrivacyItem => ({
  userId,
  action,
  mutual,
});

describe('what a list does about a person', () => {
  it.each([
    [item(1), 'deny'],
    [item(1, 'deny', true), 'denyBoth'],
    [item(1, 'allow'), 'allow'],
  ] as const)('%j is %s, and back', (entry, rule) => {
    expect(ruleOf(entry)).toBe(rule);
    expect(withRule(item(1), rule)).toEqual(entry);
  });

  it('never lets somebody through and stops them in one', () => {
    for (const rule of ['deny', 'denyBoth', 'allow'] satisfies Rule[]) {
      const { action, mutual } = withRule(item(1, 'deny', true), rule);
      expect(action === 'allow' && mutual).toBe(false);
    }
  });
});

describe('a list in words', () => {
  it('counts whom it blocks', () => {
    expect(listWords({ items: [item(1), item(2), item(3, 'allow')] })).toMatch(/^2 people/);
    expect(listWords({ items: [item(1)] })).toMatch(/^1 person/);
    expect(listWords({ items: [item(3, 'allow')] })).toBe(listWords({ items: [] }));
  });
});

describe('a list that is saved', () => {
  it.each([
    [' ', [item(1)], [], 'noName'],
    ['x'.repeat(NAME_MAX + 1), [item(1)], [], 'longName'],
    ['At work', [item(1)], ['At work'], 'nameTaken'],
    ['At work', [], [], 'noItems'],
    ['At work', [item(1)], ['Everyday'], null],
  ] as const)('called “%.10s” with %j beside %j lacks %s', (name, items, others, problem) => {
    expect(listProblem(name, [...items], [...others])).toBe(problem);
  });
});
