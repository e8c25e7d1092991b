import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseNotes } from '../../scripts/lib/releaseNotes.mjs';

const LOG = `# Changelog

## [Unreleased]

## [1.1.0] - 2027-01-02

### Added

- A thing.

## [1.0.0] - 2026-12-01

- The first.

[1.0.0]: https://example.org/1.0.0
`;

test('the notes of a version are those between its heading and the next', () => {
  assert.equal(releaseNotes(LOG, '1.1.0'), '### Added\n\n- A thing.');
  assert.equal(releaseNotes(LOG, 'v1.0.0'), '- The first.');
});

test('a version that is not told of, or of which nothing is said, has none', () => {
  assert.equal(releaseNotes(LOG, '2.0.0'), null);
  assert.equal(releaseNotes(LOG, '1.1'), null);
  assert.equal(releaseNotes(LOG, 'Unreleased'), null);
});
