// node scripts/releaseNotes.mjs VERSION: what CHANGELOG.md says about it, on standard output.
//
// A version without notes is not released, nor one that the sources do not call themselves: the program ends with 1.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './lib/releaseNotes.mjs';
import { root } from './lib/steps.mjs';

const version = process.argv[2] ?? '';
const text = (path) => readFileSync(join(root, path), 'utf8');
const { version: declared } = JSON.parse(text('package.json'));
const notes = releaseNotes(text('CHANGELOG.md'), version);
if (version.replace(/^v/, '') !== declared) {
  console.error(`package.json calls this version ${declared}, and not “${version}”.`);
  process.exitCode = 1;
} else if (notes === null) {
  console.error(`CHANGELOG.md has no notes for “${version}”.`);
  process.exitCode = 1;
} else {
  console.log(notes);
}
