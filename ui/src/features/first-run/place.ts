import type { Origin } from '~/ipc/bindings.gen';

/** Where one can sign in: at a server of a kind, or at the organisation's own, whose addresses the shell keeps. */
export type Place = Origin | 'organisation';

/** The kind of server that is. */
export function originOf(place: Place): Origin {
  return place === 'organisation' ? 'custom' : place;
}
