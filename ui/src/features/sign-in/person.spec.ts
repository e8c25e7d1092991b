import { describe, expect, it } from 'vitest';
import { checkPerson, loginProblem, nameProblem, passwordProblem, suggestLogin } from './person';

describe('a login', () => {
  it.each([
    ['mira', undefined],
    ['abc', undefined],
    ['ab', 'tooShort'],
    ['', 'missing'],
    ['   ', 'missing'],
    ['mira lindqvist', 'badLetters'],
    [' mira ', undefined],
    ['a'.repeat(70), undefined],
    ['a'.repeat(71), 'tooLong'],
  ])('%j is %s', (login, problem) => {
    expect(loginProblem(login)).toBe(problem);
  });

  it.each([
    ['Mira Lindqvist', 'mira.lindqvist'],
    ['  José  Ñuñez-Díaz ', 'jose.nunez.diaz'],
    ['Großmann', 'grossmann'],
    ['Søren Ærø', 'soren.aero'],
    ['Олена', ''],
    ['🎉', ''],
    ['x'.repeat(90), 'x'.repeat(70)],
  ])('is made from the name %j', (name, login) => {
    expect(suggestLogin(name)).toBe(login);
  });
});

describe('a password', () => {
  it.each([
    ['', 'missing'],
    ['1234567', 'tooShort'],
    ['12345678', undefined],
    ['        ', undefined],
    ['🔑🔑🔑🔑', 'tooShort'],
  ])('%j is %s', (password, problem) => {
    expect(passwordProblem(password)).toBe(problem);
  });
});

describe('a new person', () => {
  it('needs a name', () => {
    expect(nameProblem('  ')).toBe('missing');
    expect(nameProblem('a'.repeat(256))).toBe('tooLong');
  });

  it('has no problems when all three are right', () => {
    expect(checkPerson({ fullName: 'Mira', login: 'mira', password: 'correct horse' })).toEqual({});
    expect(Object.keys(checkPerson({ fullName: '', login: '', password: '' }))).toHaveLength(3);
  });
});
