import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../../scripts/lib/steps.mjs';

test('a duration is rounded before it is split into minutes and seconds', () => {
  assert.equal(duration(1_240), '1.2 s');
  assert.equal(duration(59_949), '59.9 s');
  assert.equal(duration(59_960), '1 min 00 s');
  assert.equal(duration(119_700), '2 min 00 s');
  assert.equal(duration(3_725_000), '62 min 05 s');
});
