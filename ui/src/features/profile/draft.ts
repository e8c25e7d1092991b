// What was typed into one's own profile and not saved yet. It outlives the page of the settings, so that a look at
// another page loses nothing; it ends with the window.
import type { AccountId } from '~/ipc/bindings.gen';
import type { ProfileDraft } from './profileRules';

const unsaved = new Map<AccountId, ProfileDraft>();

export function unsavedDraft(accountId: AccountId): ProfileDraft | undefined {
  return unsaved.get(accountId);
}

/** null once it was saved or given up. */
export function keepDraft(accountId: AccountId, draft: ProfileDraft | null): void {
  if (draft === null) unsaved.delete(accountId);
  else unsaved.set(accountId, { ...draft });
}
