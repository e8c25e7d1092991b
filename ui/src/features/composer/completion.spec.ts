import { describe, expect, it, vi } from 'vitest';
import { Completion, type Choice } from './completion.svelte';

const people = [
  { id: 1, name: 'Tomás Rivera' },
  { id: 2, name: 'Jonas Weber' },
];
const make = (): Completion =>
  new Completion(
    () => people,
    () => 3,
  );
const key = (name: string): KeyboardEvent => ({ key: name }) as KeyboardEvent;
const says = (choice: Choice | undefined): string =>
  choice === undefined ? '' : choice.kind === 'person' ? choice.person.name : choice.text;

async function naming(text: string): Promise<Completion> {
  const completion = make();
  completion.look(text, text.length, true);
  await vi.waitFor(() => expect(completion.choices).not.toHaveLength(0));
  return completion;
}

describe('the word at the caret', () => {
  it('is completed to a person', () => {
    const completion = make();
    completion.look('so @to', 6, true);
    expect(completion.choices.map(says)).toEqual(['Tomás Rivera']);
    let taken: Choice | undefined;
    expect(completion.key(key('Enter'), (choice) => (taken = choice))).toBe(true);
    expect(taken && completion.complete(taken)).toEqual({ from: 3, words: '@Tomás Rivera ' });
    expect(completion.choices).toEqual([]);
  });

  it('is completed to an emoji with the chosen skin', async () => {
    const completion = await naming('ok :wav');
    const [first] = completion.choices;
    expect(first).toEqual({ kind: 'emoji', text: '👋🏽', code: 'wave' });
    expect(first && completion.complete(first)).toEqual({ from: 3, words: '👋🏽 ' });
  });

  it('is walked through with the arrows, round and round, and closed with Escape', async () => {
    const completion = await naming(':sm');
    const last = completion.choices.length - 1;
    completion.key(key('ArrowUp'), () => undefined);
    expect(completion.marked).toBe(last);
    completion.key(key('ArrowDown'), () => undefined);
    expect(completion.marked).toBe(0);
    expect(completion.key(key('a'), () => undefined)).toBe(false);
    expect(completion.key(key('Escape'), () => undefined)).toBe(true);
    expect(completion.choices).toEqual([]);
    expect(completion.key(key('Enter'), () => undefined)).toBe(false);
  });

  it('turns into the emoji with its second colon, but only while it is typed', async () => {
    const completion = await naming(':tad');
    expect(completion.look(':tada:', 6, false)).toBeNull();
    expect(completion.look('x :nothing:', 11, true)).toBeNull();
    expect(completion.look('x :tada:', 8, true)).toEqual({ from: 2, words: '🎉' });
    expect(completion.choices).toEqual([]);
  });

  it('is none with a selection', () => {
    const completion = make();
    completion.look('@to', null, false);
    expect(completion.choices).toEqual([]);
  });
});
