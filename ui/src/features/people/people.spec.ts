import { describe, expect, it } from 'vitest';
import type { Dialog, User } from '~/ipc/bindings.gen';
import { sampleDialog, sampleUser } from '~/ipc/samples';
import { knownPeople, matches, sections } from './people';

const user = (id: number, name: string, login: string | null = null): User => sampleUser(id, name, { login });

function dialog(kind: Dialog['kind'], opponentId: number | null, name: string): Dialog {
  return sampleDialog({
    id: `5356c64ab35c12bd3b10${String(opponentId ?? 0).padStart(4, '0')}`,
    kind,
    name,
    opponentId,
  });
}

describe('people one writes to', () => {
  it('come from private chats in the order of the list, once each', () => {
    const dialogs = [
      dialog('private', 3, 'C'),
      dialog('group', null, 'G'),
      dialog('private', 2, 'B'),
      dialog('private', 3, 'C'),
    ];
    const people = knownPeople(dialogs, (id) => (id === 3 ? user(3, 'Cara') : undefined), 1);
    expect(people.map((person) => person.name)).toEqual(['Cara', 'B']);
  });

  it('do not include oneself', () => {
    expect(knownPeople([dialog('private', 1, 'Notes')], () => undefined, 1)).toEqual([]);
  });
});

describe('a query', () => {
  it.each([
    ['jo', true],
    ['web', true],
    ['WEBER jo', true],
    ['ber', false],
    ['jonas.w', true],
    ['', true],
    ['jonas x', false],
  ])('%j finds Jonas Weber: %s', (query, found) => {
    expect(matches(user(1, 'Jonas Weber', 'jonas.weber'), query)).toBe(found);
  });

  it('does not mind accents', () => {
    expect(matches(user(1, 'José Núñez'), 'jose nun')).toBe(true);
  });
});

describe('sections', () => {
  const known = [user(2, 'Layla Haddad'), user(3, 'Amara Nwosu')];

  it('show everybody one writes to before anything is typed', () => {
    expect(sections(known, [], '', 1)).toEqual([{ kind: 'known', people: known }]);
  });

  it('list a person once, and never oneself', () => {
    const found = [user(3, 'Amara Nwosu'), user(1, 'Me'), user(9, 'Amadou'), user(9, 'Amadou')];
    const result = sections(known, found, 'ama', 1);
    expect(result.map((section) => section.people.map((person) => person.id))).toEqual([[3], [9]]);
  });

  it('keep someone one writes to among them when the server found another mark of them', () => {
    const result = sections(known, [user(2, 'Layla Haddad')], 'layla@example.com', 1);
    expect(result).toEqual([{ kind: 'known', people: [user(2, 'Layla Haddad')] }]);
  });

  it('leave out what is empty', () => {
    expect(sections(known, [], 'zzz', 1)).toEqual([]);
  });
});
