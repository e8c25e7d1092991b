import { expect, it } from 'vitest';
import { passphraseProblem } from './passphrase';

it.each([
  ['', '', 'tooShort'],
  ['1234567', '1234567', 'tooShort'],
  ['12345678', '12345678', undefined],
  ['12345678', '12345679', 'differs'],
  ['correct horse', '', 'differs'],
  ['🔑🔑🔑🔑', '🔑🔑🔑🔑', 'tooShort'],
] as const)('a passphrase %j repeated as %j is %s', (first, second, problem) => {
  expect(passphraseProblem(first, second)).toBe(problem);
});
