// Rules for what a person can say of themselves, and which changes are sent: only those that were made.
import type { ProfileEdit, User } from '~/ipc/bindings.gen';
import { loginProblem, nameProblem, type PersonProblem } from '../sign-in/person';

/** What the form holds; empty stands for nothing. */
export interface ProfileDraft {
  name: string;
  login: string;
  email: string;
  phone: string;
  website: string;
}

export type ProfileField = keyof ProfileDraft;
export type ProfileProblems = Partial<Record<ProfileField, PersonProblem>>;

export const PROFILE_FIELDS: readonly ProfileField[] = ['name', 'login', 'email', 'phone', 'website'];

export function draftOf(user: User): ProfileDraft {
  return {
    name: user.name,
    login: user.login ?? '',
    email: user.email ?? '',
    phone: user.phone ?? '',
    website: user.website ?? '',
  };
}

/** null when nothing was changed. Blanks around what was typed do not count. */
export function editOf(before: ProfileDraft, after: ProfileDraft): ProfileEdit | null {
  const edit: ProfileEdit = { name: null, login: null, email: null, phone: null, website: null };
  let changed = false;
  for (const field of PROFILE_FIELDS) {
    const value = after[field].trim();
    if (value === before[field].trim()) continue;
    edit[field] = value;
    changed = true;
  }
  return changed ? edit : null;
}

/** Only what was changed is judged: what the server already has it once took. */
export function profileProblems(before: ProfileDraft, after: ProfileDraft): ProfileProblems {
  const edit = editOf(before, after);
  const problems: ProfileProblems = {};
  if (edit === null) return problems;
  const found: Record<ProfileField, PersonProblem | undefined> = {
    name: edit.name === null ? undefined : nameProblem(edit.name),
    // Somebody who signed up by e-mail has no login and may leave it so; one that is there cannot be taken away.
    login: edit.login === null ? undefined : loginProblem(edit.login),
    email: bad(edit.email, (value) => /^[^\s@]+@[^\s@]+$/u.test(value)),
    phone: bad(
      edit.phone,
      (value) => /^\+?[\d\s().-]+$/u.test(value) && digits(value) >= 3 && digits(value) <= 20,
    ),
    website: bad(edit.website, (value) => webAddress(value) !== null),
  };
  for (const field of PROFILE_FIELDS) {
    const problem = found[field];
    if (problem !== undefined) problems[field] = problem;
  }
  return problems;
}

function bad(value: string | null, fits: (value: string) => boolean): PersonProblem | undefined {
  return value === null || value === '' || fits(value) ? undefined : 'badLetters';
}

function digits(value: string): number {
  return value.replace(/\D/gu, '').length;
}

/** The address of a page as one types it; null for what is no web address. A bare host is taken as a secure one. */
export function webAddress(text: string): string | null {
  const typed = text.trim();
  if (typed === '' || /\s/u.test(typed)) return null;
  const full = /^[a-z][a-z0-9+.-]*:/iu.test(typed) && !/^[^/]+:\d/u.test(typed) ? typed : `https://${typed}`;
  try {
    const url = new URL(full);
    const web = url.protocol === 'https:' || url.protocol === 'http:';
    return web && url.hostname.includes('.') && url.username === '' ? url.href : null;
  } catch {
    return null;
  }
}
