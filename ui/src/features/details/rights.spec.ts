import { describe, expect, it } from 'vitest';
import type { DialogKind, Role } from '~/ipc/bindings.gen';
import { rightsIn, type Rights } from './rights';

const ME = 1;

/** What may be done, by name. */
function may(kind: DialogKind, role: Role, occupantIds: number[] = [ME, 2]): (keyof Rights)[] {
  const rights = rightsIn(
    { kind, role, ownerId: role === 'owner' ? ME : 2, canWrite: true, occupantIds },
    ME,
  );
  return (Object.keys(rights) as (keyof Rights)[]).filter((name) => rights[name]);
}

describe('who may do what', () => {
  it('lets every member of a group edit and add, and only the owner remove people and name admins', () => {
    expect(may('group', 'occupant')).toEqual(['edit', 'addPeople', 'leave', 'deleteForMe']);
    expect(may('group', 'admin')).toEqual(may('group', 'occupant'));
    expect(may('group', 'owner')).toEqual([
      'edit',
      'addPeople',
      'removePeople',
      'admins',
      'leave',
      'deleteForMe',
      'deleteForAll',
    ]);
  });

  it('lets owner and admins of a public chat edit it and decide who may look in', () => {
    expect(may('public', 'admin')).toContain('permissions');
    expect(may('public', 'admin')).toContain('edit');
    expect(may('public', 'occupant', [])).not.toContain('edit');
  });

  it('leaves somebody who was taken out of a group nothing but to delete it', () => {
    expect(may('group', 'occupant', [2, 3])).toEqual(['deleteForMe']);
  });

  it('lets nobody leave a broadcast or add to it', () => {
    expect(may('broadcast', 'owner', [])).toEqual(['edit', 'admins', 'deleteForMe', 'deleteForAll']);
    expect(may('broadcast', 'occupant', [])).toEqual(['deleteForMe']);
  });

  it('lets either of two delete a private chat for both', () => {
    expect(may('private', 'occupant')).toEqual(['deleteForMe', 'deleteForAll']);
  });
});
