// Tests of one file that are steps of one story.
import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';

/**
 * Each step goes on from the one before: after one that failed none is tried. What the screen showed then is kept as a
 * picture.
 *
 * @param {import('./desktop.mjs').Desktop} desktop
 */
export function inOrder(desktop) {
  let broken = false;
  beforeEach(() => assert.ok(!broken, 'a step before failed'));
  afterEach((context) => {
    if (context.passed || broken) return;
    broken = true;
    desktop.wholeShot('broken');
  });
}
