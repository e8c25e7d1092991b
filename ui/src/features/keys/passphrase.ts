// What a new passphrase must be. The engine stretches it with a slow hash; length is what a person can add.

export const PASSPHRASE_MIN = 8;

export type PassphraseProblem = 'tooShort' | 'differs';

/** The first thing that is wrong, or undefined. The second entry is judged only once the first is good. */
export function passphraseProblem(first: string, second: string): PassphraseProblem | undefined {
  if (Array.from(first).length < PASSPHRASE_MIN) return 'tooShort';
  return first === second ? undefined : 'differs';
}
