import { describe, expect, it } from 'vitest';
import { draftOf, editOf, profileProblems, webAddress, type ProfileDraft } from './profileRules';

const MIRA: ProfileDraft = {
  name: 'Mira Lindqvist',
  login: 'mira',
  email: 'mira@example.com',
  phone: '',
  website: '',
};

describe('the changes that are sent', () => {
  it('are none when nothing was typed, or only blanks around it', () => {
    expect(editOf(MIRA, MIRA)).toBeNull();
    expect(editOf(MIRA, { ...MIRA, name: ' Mira Lindqvist ', phone: ' ' })).toBeNull();
  });

  it('name nothing that stayed as it was', () => {
    expect(editOf(MIRA, { ...MIRA, phone: '+46 70 123' })).toEqual({
      name: null,
      login: null,
      email: null,
      phone: '+46 70 123',
      website: null,
    });
  });

  it('take away what was emptied', () => {
    expect(editOf(MIRA, { ...MIRA, email: '' })?.email).toBe('');
  });

  it('start from what the server has, where nothing is an empty field', () => {
    const user = { id: 1, name: 'Mira', login: null, avatar: null, email: null, phone: null, website: null };
    expect(draftOf(user)).toEqual({ name: 'Mira', login: '', email: '', phone: '', website: '' });
  });
});

describe('what is wrong with a change', () => {
  it.each([
    ['name', '  ', 'missing'],
    ['name', 'x'.repeat(256), 'tooLong'],
    ['login', '', 'missing'],
    ['login', 'mi', 'tooShort'],
    ['login', 'mira l', 'badLetters'],
    ['email', 'mira', 'badLetters'],
    ['email', 'a@b@c', 'badLetters'],
    ['phone', 'call me', 'badLetters'],
    ['phone', '1'.repeat(21), 'badLetters'],
    ['website', 'java script', 'badLetters'],
    ['website', 'javascript:alert(1)', 'badLetters'],
  ] as const)('%s “%s” is %s', (field, value, problem) => {
    expect(profileProblems(MIRA, { ...MIRA, [field]: value })).toEqual({ [field]: problem });
  });

  it.each([
    ['email', ''],
    ['phone', '+46 (0)70-123 45 67'],
    ['website', 'mira.example'],
    ['website', 'https://mira.example/about?x=1'],
    ['name', 'ليلى'],
  ] as const)('%s “%s” is fine', (field, value) => {
    expect(profileProblems(MIRA, { ...MIRA, [field]: value })).toEqual({});
  });

  it('is not what the server already has', () => {
    const old = { ...MIRA, login: 'x y', phone: 'none' };
    expect(profileProblems(old, { ...old, name: 'Mira L.' })).toEqual({});
  });
});

describe('a web address', () => {
  it.each([
    ['mira.example', 'https://mira.example/'],
    ['HTTP://mira.example/a', 'http://mira.example/a'],
    ['mira.example:8080/a', 'https://mira.example:8080/a'],
    ['mailto:a@b.example', null],
    ['file:///etc/passwd', null],
    ['https://user:pw@mira.example', null],
    ['localhost', null],
    ['', null],
  ])('%s opens %s', (text, address) => {
    expect(webAddress(text)).toBe(address);
  });
});
