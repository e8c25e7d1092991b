import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '~/ipc/bindings.gen';
import { connectionWords } from './connectionWords';
import { draggedWidth, listWidth } from './layout';

function says(connection: ConnectionState, seconds: number | null = null, waiting = 0): string {
  const words = connectionWords({ connection, waiting }, seconds);
  if (words === null) return 'nothing';
  return `${words.tone}: ${words.text}${words.action === null ? '' : ` [${words.action.text}]`}`;
}

describe('the connection line', () => {
  it('is silent while all is well', () => expect(says({ type: 'online' })).toBe('nothing'));
  it('is quiet while connecting', () =>
    expect(says({ type: 'connecting', payload: { attempt: 1, nextInMs: null } })).toBe('quiet: Connecting…'));
  it('counts down to the next attempt and offers it now', () =>
    expect(says({ type: 'connecting', payload: { attempt: 3, nextInMs: 4000 } }, 4)).toBe(
      'warn: Reconnecting in 4 s [Try now]',
    ));
  it('says connecting when the countdown is over', () =>
    expect(says({ type: 'connecting', payload: { attempt: 3, nextInMs: 4000 } }, 0)).toBe(
      'quiet: Connecting…',
    ));
  it('counts what waits', () => {
    const offline: ConnectionState = { type: 'offline', payload: { reason: 'noNetwork' } };
    expect(says(offline)).toBe('warn: Offline');
    expect(says(offline, null, 1)).toBe('warn: Offline. 1 message waits to be sent');
    expect(says(offline, null, 3)).toBe('warn: Offline. 3 messages wait to be sent');
  });
  it('asks to sign in when the server ended it', () =>
    expect(says({ type: 'signedOut', payload: { reason: 'credentials' } })).toBe(
      'danger: Signed out by the server [Sign in]',
    ));
});

describe('the width of the list', () => {
  it.each([
    [1280, 320, 320],
    [1000, 320, 300],
    [800, 320, 280],
    [1280, 380, 380],
    [1280, 900, 420],
    [800, 76, 76],
    [1280, 76, 320],
  ])('in a window of %i remembered as %i is %i', (window, remembered, width) => {
    expect(listWidth(window, remembered)).toBe(width);
  });

  it('snaps to pictures only where there is little room', () => {
    expect(draggedWidth(800, 120)).toBe(76);
    expect(draggedWidth(1280, 120)).toBe(260);
    expect(draggedWidth(1280, 600)).toBe(420);
  });
});
