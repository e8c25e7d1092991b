import { describe, expect, it } from 'vitest';
import { sampleDialog, sampleMessage } from '~/ipc/samples';
import { canDeleteForAll, canEdit, isOut } from './rights';

const ME = 1;
const mine = sampleMessage({ senderId: ME, status: 'read' });
const theirs = sampleMessage({ senderId: 2, status: 'sent' });

describe('what may be done with a message', () => {
  it('nothing on the wire while it waits, failed or is deleted', () => {
    expect(isOut(mine)).toBe(true);
    expect(isOut({ ...mine, status: 'pending' })).toBe(false);
    expect(isOut({ ...mine, status: 'failed' })).toBe(false);
    expect(isOut({ ...mine, deleted: true })).toBe(false);
    expect(isOut({ ...mine, system: { type: 'left' } })).toBe(false);
  });

  it('only its author edits it', () => {
    expect(canEdit(mine, ME)).toBe(true);
    expect(canEdit(theirs, ME)).toBe(false);
    expect(canEdit({ ...mine, deleted: true }, ME)).toBe(false);
  });

  it.each([
    ['private', 'occupant', false],
    ['private', 'owner', false],
    ['group', 'occupant', false],
    ['group', 'admin', true],
    ['public', 'owner', true],
    ['broadcast', 'admin', true],
  ] as const)('in a %s chat an %s deletes what others wrote: %s', (kind, role, yes) => {
    const dialog = sampleDialog({ kind, role });
    expect(canDeleteForAll(theirs, dialog, ME)).toBe(yes);
    expect(canDeleteForAll(mine, dialog, ME)).toBe(true);
  });
});
