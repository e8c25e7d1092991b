import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, readers, sum } from '../../scripts/lib/counts.mjs';

/** @param {keyof typeof readers} runner */
function check(runner, text, expected) {
  assert.deepEqual(readers[runner](text), expected);
}

test('nextest: what timed out has failed', () => {
  check(
    'nextest',
    '     Summary [  12.345s] 10 tests run: 7 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n',
    counts(7, 3, 3),
  );
});

test('nextest: a run that was broken off tells how far it came', () => {
  check('nextest', '     Summary [   1.0s] 4/10 tests run: 3 passed, 1 failed, 0 skipped\n', counts(3, 1, 0));
});

test('cargo test: the lines of all binaries are added up', () => {
  const text =
    'test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n' +
    'test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n';
  check('cargoTest', text, counts(7, 3, 1));
});

test('node: cancelled tests have failed, both reporters are read', () => {
  for (const mark of ['ℹ', '#']) {
    const text = ['tests 6', 'suites 0', 'pass 3', 'fail 1', 'cancelled 1', 'skipped 1', 'todo 0']
      .map((line) => `${mark} ${line}`)
      .join('\n');
    check('nodeTest', text, counts(3, 2, 1));
  }
});

test('vitest: colours do not hide the numbers, and files are not taken for tests', () => {
  const text =
    '\u001b[2m Test Files \u001b[22m 2 passed (2)\n\u001b[2m      Tests \u001b[22m 1 failed | 12 passed (13)\n';
  check('vitest', text, counts(12, 1, 0));
});

test('a runner that closed without its line counts as unknown, not as zero', () => {
  for (const runner of /** @type {(keyof typeof readers)[]} */ (Object.keys(readers))) {
    check(runner, 'error: could not compile\n', null);
  }
});

test('sums are made part by part', () => {
  assert.deepEqual(sum([counts(1, 2, 3), counts(10, 20, 30)]), counts(11, 22, 33));
  assert.deepEqual(sum([]), counts(0, 0, 0));
});
