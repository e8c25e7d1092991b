import { describe, expect, it } from 'vitest';
import type { Dialog } from '~/ipc/bindings.gen';
import { closedBecause } from './closed';

type Part = Parameters<typeof closedBecause>[0];
const ME = 1;

function chat(change: Partial<Dialog>): Part {
  return {
    kind: 'group',
    canWrite: true,
    opponentId: null,
    occupantIds: [ME, 2],
    role: 'occupant',
    ownerId: 2,
    ...change,
  };
}

describe('where nothing can be written', () => {
  it('is nowhere a member may write', () => {
    expect(closedBecause(chat({}), ME, undefined)).toBeNull();
    expect(
      closedBecause(chat({ kind: 'broadcast', role: 'admin', occupantIds: [] }), ME, undefined),
    ).toBeNull();
  });

  it('is a broadcast of others', () => {
    const broadcast = chat({ kind: 'broadcast', canWrite: false, occupantIds: [] });
    expect(closedBecause(broadcast, ME, undefined)).toEqual({ kind: 'readOnly' });
  });

  it('is a group that I was taken out of', () => {
    expect(closedBecause(chat({ canWrite: false, occupantIds: [2, 3] }), ME, undefined)).toEqual({
      kind: 'notMember',
    });
  });

  it('is a public chat that I am not subscribed to', () => {
    expect(closedBecause(chat({ kind: 'public', canWrite: false, occupantIds: [] }), ME, undefined)).toEqual({
      kind: 'outside',
    });
  });

  it('is the chat with somebody blocked both ways, not one whose words alone are kept off', () => {
    const private_ = chat({ kind: 'private', opponentId: 2 });
    expect(closedBecause(private_, ME, { userId: 2, mutual: true })).toEqual({ kind: 'blocked', userId: 2 });
    expect(closedBecause(private_, ME, { userId: 2, mutual: false })).toBeNull();
  });
});
