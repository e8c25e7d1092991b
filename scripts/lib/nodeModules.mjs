// npm packages: installed exactly as locked, and only when something differs.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

/** @param {import('./steps.mjs').Steps} steps */
export async function ensureNodeModules(steps) {
  if (isInstalled()) return;
  await steps.step('Installing npm packages', () =>
    steps.run('npm-ci', 'npm', ['ci', '--no-audit', '--no-fund']),
  );
}

/** Compares the lock file with the record that npm leaves in node_modules. */
function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const own = installed[path];
    // Parts for other systems stay away rightly.
    if (own === undefined) return entry.optional === true || entry.peer === true;
    return own.version === entry.version && own.integrity === entry.integrity;
  });
}

/**
 * The script a package runs as its command, so that no shell is needed.
 *
 * @param {string} path below node_modules
 */
export function moduleScript(path) {
  return join(root, 'node_modules', path);
}
