// What may be meant by the word at the caret: a person behind "@", an emoji behind ":". The field keeps the keys; this says
// what they do to the list above it.
import { withSkin, type SkinTone } from '~/state/skinTone';
import { emojiData, type Emoji } from './emojiData';
import { fitting as fittingPeople, mentionAt, type Person } from './mentions';
import { calledSo, fitting as fittingEmoji, namingAt, shownCode } from './shortcodes';

export type Choice = { kind: 'person'; person: Person } | { kind: 'emoji'; text: string; code: string };

/** Words that take the place of what stands between `from` and the caret. */
export interface Completed {
  from: number;
  words: string;
}

interface Word {
  kind: Choice['kind'];
  from: number;
  query: string;
}

export class Completion {
  marked = $state(0);
  #word = $state.raw<Word | null>(null);
  /** Loaded by the first colon. */
  #emoji = $state.raw<readonly Emoji[]>([]);

  readonly choices: readonly Choice[] = $derived.by(() => {
    const word = this.#word;
    if (word === null) return [];
    if (word.kind === 'person')
      return fittingPeople(this.people(), word.query).map((person) => ({ kind: 'person', person }));
    const tone = this.tone();
    return fittingEmoji(this.#emoji, word.query).map((emoji) => ({
      kind: 'emoji',
      text: withSkin(emoji, tone),
      code: shownCode(emoji, word.query),
    }));
  });

  constructor(
    /** Everyone who can be mentioned. */
    private readonly people: () => readonly Person[],
    private readonly tone: () => SkinTone,
  ) {}

  /**
   * Looks at the word that ends at the caret. `:name:` that was just typed to its end is complete by itself: the answer
   * says what takes its place.
   */
  look(text: string, caret: number | null, typed: boolean): Completed | null {
    const naming = caret === null ? null : namingAt(text, caret);
    if (naming !== null && this.#emoji.length === 0) this.#load();
    if (naming?.closed === true) {
      const emoji = typed ? calledSo(this.#emoji, naming.query) : null;
      this.close();
      return emoji ? { from: naming.from, words: withSkin(emoji, this.tone()) } : null;
    }
    const mention = caret === null || naming !== null ? null : mentionAt(text, caret);
    const word: Word | null =
      naming !== null
        ? { kind: 'emoji', from: naming.from, query: naming.query }
        : mention !== null
          ? { kind: 'person', ...mention }
          : null;
    if (word?.from !== this.#word?.from || word?.query !== this.#word?.query) this.marked = 0;
    this.#word = word;
    return null;
  }

  /** The arrows walk, Enter and Tab take, Escape closes. False for every key that is none of these, or has no list. */
  key(event: KeyboardEvent, take: (choice: Choice) => void): boolean {
    const { length } = this.choices;
    if (length === 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    if (event.key === 'ArrowDown') this.marked = (this.marked + 1) % length;
    else if (event.key === 'ArrowUp') this.marked = (this.marked + length - 1) % length;
    else if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' || event.key === 'Tab') {
      const choice = this.choices[this.marked];
      if (choice) take(choice);
    } else return false;
    return true;
  }

  /** What takes the place of the word, with a space behind it. */
  complete(choice: Choice): Completed | null {
    const word = this.#word;
    this.close();
    if (word === null) return null;
    const words = choice.kind === 'person' ? `@${choice.person.name} ` : `${choice.text} `;
    return { from: word.from, words };
  }

  close(): void {
    this.#word = null;
  }

  #load(): void {
    emojiData().then(
      (all) => (this.#emoji = all),
      (error: unknown) => {
        console.warn('the emoji were not loaded', error);
      },
    );
  }
}
