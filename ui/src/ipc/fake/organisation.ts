// The organisation of the fake backend: `&organisation=taken`, `strict` (everything switched off) or `refused`.
import type { OrganisationState } from '../bindings.gen';

/** A hut, 32 by 32. */
const LOGO =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAYElEQVR42u3WPQ4AEBCE0TmD67iho6r1SDQq1iJ+MsnU3+s2C2fN1oHAY0AMPm8XUOqjxjVAXR8yoKvLDajrQgMzdYlxFJDUuwbm620DS+oNg8AyQH08CBB4FuDj9RWQAMVDYkxHKJV8AAAAAElFTkSuQmCC';

export function organisationOf(kind: string | null): OrganisationState {
  if (kind === 'refused') {
    const problem = { file: '/etc/cubist/cubist.toml', line: 7, reason: 'unknown field `servers`' };
    return { organisation: null, problem };
  }
  if (kind === null) return { organisation: null, problem: null };
  const on = kind !== 'strict';
  return {
    organisation: {
      name: 'Alpine Huts',
      accent: '#8a3b12',
      logo: LOGO,
      file: '/etc/cubist/cubist.toml',
      imported: kind === 'taken',
      hasServer: true,
      features: {
        signUp: on,
        localServer: on,
        otherServers: on,
        export: on,
        linkPreviews: on,
        voiceMessages: on,
      },
    },
    problem: null,
  };
}
