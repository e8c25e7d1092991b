// The sentences of the window, each a function on `m`, in the language that is spoken when it is asked for.
import { isolated } from '~/lib/writing';
import { inDigits } from './digits';
import type { m as Messages } from './generated/messages.js';
import { catalogue, type Catalogue } from './language.svelte';

/** A number inside a sentence: counts as itself, so that plurals follow it, and reads in the digits of the language. */
class Counted {
  constructor(private readonly value: number) {}

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return inDigits(this.value);
  }
}

type Inputs = Record<string, unknown>;
type Sentence = (inputs?: Inputs) => string;

function spokenInputs(inputs: Inputs): Inputs {
  const spoken: Inputs = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (typeof value === 'number') spoken[name] = new Counted(value);
    else spoken[name] = typeof value === 'string' ? isolated(value) : value;
  }
  return spoken;
}

const sentences = new Map<string, Sentence>();

/** The function behind a key: it looks the key up anew each time, so that it never keeps an old language. */
function sentence(key: string): Sentence {
  let found = sentences.get(key);
  if (found === undefined) {
    found = (inputs) => {
      const say = catalogue()[key as keyof Catalogue] as Sentence;
      return say(inputs === undefined ? undefined : spokenInputs(inputs));
    };
    sentences.set(key, found);
  }
  return found;
}

/** Every sentence of the window. A number is put in as a number; what only looks like one (an id) as text. */
export const m = new Proxy({} as typeof Messages, {
  get: (_, key) => sentence(String(key)),
});
