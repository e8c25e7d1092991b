// Addresses of pictures for `<img src>`. A free function, because a picture is drawn by components that know no backend.
import type { Backend } from './backend';
import type { AccountId } from './bindings.gen';

/** Chosen once, with the backend; before that there is nothing to draw. */
let source: Backend['pictureUrl'] = () => '';

/** Pictures come from this backend from now on. */
export function drawFrom(backend: Backend): void {
  source = (accountId, uid) => backend.pictureUrl(accountId, uid);
}

/** The address of a picture; `uid` is what an avatar or a photo names. */
export function pictureUrl(accountId: AccountId, uid: string): string {
  return source(accountId, uid);
}
