// node scripts/releaseNotes.mjs VERSION: what CHANGELOG.md says about it, on standard output.
//
// A version without notes is not released: the program ends with 1.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './lib/releaseNotes.mjs';
import { root } from './lib/steps.mjs';

const version = process.argv[2] ?? '';
const notes = releaseNotes(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
if (notes === null) {
  console.error(`CHANGELOG.md has no notes for “${version}”.`);
  process.exitCode = 1;
} else {
  console.log(notes);
}
