// Rules for a new person's name, login and password, as the server states them, and a login made from a name.

/** What the form holds. */
export interface PersonDraft {
  fullName: string;
  login: string;
  password: string;
}

export type PersonField = keyof PersonDraft;
export type PersonProblem = 'missing' | 'tooShort' | 'tooLong' | 'badLetters';
export type PersonProblems = Partial<Record<PersonField, PersonProblem>>;

export const LOGIN_MIN = 3;
export const LOGIN_MAX = 70;
export const PASSWORD_MIN = 8;
export const NAME_MAX = 255;

/** Counted as people count: an emoji is one. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

export function nameProblem(name: string): PersonProblem | undefined {
  const length = lengthOf(name.trim());
  if (length === 0) return 'missing';
  return length > NAME_MAX ? 'tooLong' : undefined;
}

export function loginProblem(login: string): PersonProblem | undefined {
  const length = lengthOf(login.trim());
  if (length === 0) return 'missing';
  if (/\s/u.test(login.trim())) return 'badLetters';
  if (length < LOGIN_MIN) return 'tooShort';
  return length > LOGIN_MAX ? 'tooLong' : undefined;
}

/** Blanks count in a password; it is never trimmed. */
export function passwordProblem(password: string): PersonProblem | undefined {
  if (password === '') return 'missing';
  return lengthOf(password) < PASSWORD_MIN ? 'tooShort' : undefined;
}

export function checkPerson(draft: PersonDraft): PersonProblems {
  const problems: PersonProblems = {};
  const name = nameProblem(draft.fullName);
  const login = loginProblem(draft.login);
  const password = passwordProblem(draft.password);
  if (name !== undefined) problems.fullName = name;
  if (login !== undefined) problems.login = login;
  if (password !== undefined) problems.password = password;
  return problems;
}

/** “Mira Lindqvist” → “mira.lindqvist”. Empty when the name has no letters a login can take. */
export function suggestLogin(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/[øØ]/g, 'o')
    .replace(/[æÆ]/g, 'ae')
    .replace(/[łŁ]/g, 'l')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== '')
    .join('.')
    .slice(0, LOGIN_MAX);
}
