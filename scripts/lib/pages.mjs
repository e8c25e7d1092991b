// The pages of the window: built when a source is newer than the last build.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { moduleScript } from './nodeModules.mjs';
import { root } from './steps.mjs';

/** Folders below ui/ that are results, not sources. */
const RESULTS = new Set(['dist', 'generated', 'cache', 'node_modules']);

/** @param {import('./steps.mjs').Steps} steps */
export async function ensurePages(steps) {
  if (isFresh()) return;
  await steps.step('Building the pages', () => buildPages(steps));
}

/** @param {import('./steps.mjs').Steps} steps */
export function buildPages(steps) {
  return steps.run('ui-build', process.execPath, [
    moduleScript('vite/bin/vite.js'),
    'build',
    '--config',
    'ui/vite.config.ts',
  ]);
}

function isFresh() {
  const built = statSync(join(root, 'ui/dist/index.html'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  return Math.max(statSync(join(root, 'package-lock.json')).mtimeMs, newest(join(root, 'ui'))) < built;
}

/**
 * The time of the newest source in a folder.
 *
 * @param {string} folder
 * @returns {number}
 */
function newest(folder) {
  let latest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (RESULTS.has(entry.name)) continue;
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}
