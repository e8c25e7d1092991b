// New versions in the fake backend: `&updates=packages`, `newest`, `found`, `refused` (signed by somebody else), or nobody
// brings any.
import type { Backend } from '../backend';
import type { UpdateState } from '../bindings.gen';
import type { Memory } from './memory';

type UpdateCommands = Pick<Backend, 'lookForUpdate' | 'loadUpdate' | 'installUpdate' | 'restart'>;

const PARTS_MS = 120;

const NOTES = `Chats open faster, and long messages keep their place.

• Voice messages can be heard while they are loaded.
• The map remembers where you looked last.`;

const NONE: UpdateState = {
  origin: 'nobody',
  step: 'idle',
  percent: null,
  lookedAt: null,
  release: null,
  problem: null,
};

export function updatesOf(kind: string | null): UpdateState {
  if (kind === null) return NONE;
  if (kind === 'packages') return { ...NONE, origin: 'packages' };
  const release = kind === 'newest' ? null : { version: '0.2.0', notes: NOTES };
  return { ...NONE, origin: 'organisation', lookedAt: Date.now() - 3_600_000, release };
}

export function updateCommands(memory: Memory): UpdateCommands {
  const refused = new URLSearchParams(location.search).get('updates') === 'refused';

  const tell = (change: Partial<UpdateState>): UpdateState => {
    memory.updates = { ...memory.updates, percent: null, problem: null, ...change };
    memory.emit({ type: 'updateChanged', payload: { state: memory.updates } });
    return memory.updates;
  };

  return {
    lookForUpdate: () => memory.act(['lookForUpdate'], () => tell({ lookedAt: Date.now() })),

    async loadUpdate() {
      await memory.act(['loadUpdate'], () => tell({ step: 'loading' }));
      for (const percent of [20, 40, 60, 80, 100]) {
        await new Promise((resolve) => setTimeout(resolve, PARTS_MS));
        tell({ step: 'loading', percent });
      }
      return tell(refused ? { step: 'idle', problem: 'signature' } : { step: 'loaded' });
    },

    installUpdate: () => memory.act(['installUpdate'], () => tell({ step: 'installed' })),

    restart: () => memory.act(['restart'], () => undefined),
  };
}
