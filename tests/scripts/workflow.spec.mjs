// The rules for workflow files: code of others is named by its commit, and nothing may write that need not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/steps.mjs';

const folder = join(root, '.github/workflows');
const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

test('there is a workflow that packs for all three systems', () => {
  const all = files.map(([, text]) => text).join('\n');
  for (const kind of ['deb', 'rpm', 'appimage', 'msi', 'dmg']) assert.match(all, new RegExp(`\\b${kind}\\b`));
});

for (const [name, text] of files) {
  test(`${name} names the actions of others by commit`, () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action]) => action);
    assert.notEqual(used.length, 0);
    for (const action of used) assert.match(action, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${name} reads, and writes in the one job that makes a release`, () => {
    assert.match(text, /^permissions:\n {2}contents: read\n/m);
    assert.deepEqual([...text.matchAll(/^ +[\w-]+: write$/gm)].length, 1);
    assert.match(text, /^ {2}release:\n {4}if: startsWith\(github\.ref, 'refs\/tags\/v'\)/m);
    // What somebody else chose (a branch, a title) is never part of a command line.
    for (const [line] of text.matchAll(/^\s*(?:- )?run: .*$/gm))
      assert.doesNotMatch(line, /\$\{\{\s*github\./);
  });
}

test('a tag without notes, or of another version than the sources, is refused', () => {
  const notes = (version) =>
    spawnSync(process.execPath, [join(root, 'scripts/releaseNotes.mjs'), version], { encoding: 'utf8' });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const other = notes('v99.0.0');
  assert.equal(other.status, 1);
  assert.match(other.stderr, new RegExp(`calls this version ${version}`));
  const own = notes(`v${version}`);
  // Either it is told of, or that is what is missing.
  assert.match(own.status === 0 ? own.stdout : own.stderr, own.status === 0 ? /\S/ : /has no notes/);
});

test('a tag is looked at before anything is built for it', () => {
  const [, text] = files.find(([, each]) => each.includes('gh release create')) ?? [];
  assert.ok(text);
  const looked = text.indexOf(
    "if: startsWith(github.ref, 'refs/tags/v')\n        run: node scripts/releaseNotes.mjs",
  );
  assert.ok(looked !== -1 && looked < text.indexOf('.ci/run'));
});
