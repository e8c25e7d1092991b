// npm run package: the packages of this system, and whether they are what they should be.
//
//   npm run package                        all kinds that this system makes
//   npm run package -- --bundles appimage  other kinds than the usual ones
//   npm run package -- --debug             from the debug build: for work on the packages themselves
//
// On Linux the packages are looked into, installed or unpacked, and started. Where the packages lie is said at the end.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkLinuxPackages } from './lib/linuxPackages.mjs';
import { ensureNodeModules, moduleScript } from './lib/nodeModules.mjs';
import { buildPages } from './lib/pages.mjs';
import { explain, root, StepFailed, Steps } from './lib/steps.mjs';
import { ensurePackages } from './lib/systemPackages.mjs';
import { checkToolchain, targetFolder } from './lib/toolchain.mjs';

/** What each system makes by itself. An AppImage needs a part from the network, and is asked for by name. */
const KINDS = { linux: 'deb,rpm', darwin: 'dmg', win32: 'msi' };

const steps = new Steps('test-output/package');

async function main() {
  const given = process.argv.slice(2);
  const debug = given.includes('--debug');
  const at = given.indexOf('--bundles');
  const kinds = at === -1 ? KINDS[process.platform] : given[at + 1];
  if (kinds === undefined) throw new StepFailed('No packages are made for this system.');

  checkToolchain();
  await ensurePackages(steps, process.platform === 'linux' ? ['build', 'display', 'packages'] : ['build']);
  await ensureNodeModules(steps);
  await buildPages(steps);
  const profile = debug ? [] : ['--release'];
  const programs = ['--bin', 'cubist', '--bin', 'cubist-server'];
  await steps.step('Building the programs', () =>
    steps.run('build', 'cargo', ['build', '--workspace', '--locked', ...programs, ...profile]),
  );
  const built = join(targetFolder(), debug ? 'debug' : 'release');
  const folder = join(built, 'bundle');
  rmSync(folder, { recursive: true, force: true });
  await steps.step(`Packing: ${kinds}`, () => bundle(built, kinds, debug));
  const made = readdirSync(folder, { recursive: true })
    .map((path) => join(folder, String(path)))
    .filter((path) => /\.(deb|rpm|AppImage|dmg|msi)$/.test(path));
  if (made.length !== kinds.split(',').length) {
    throw new StepFailed(`${made.length} packages were made of ${kinds}`, { log: steps.log('bundle') });
  }
  if (process.platform === 'linux') await checkLinuxPackages(steps, made);
  console.log('');
  for (const path of made) console.log(relative(root, path));
}

/**
 * The bundler wants a second program under the name of its target, and puts it beside the app: the local backend.
 *
 * @param {string} built
 * @param {string} kinds
 * @param {boolean} debug
 */
async function bundle(built, kinds, debug) {
  const host = /^host: (.+)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))[1];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const beside = join(built, 'beside');
  mkdirSync(beside, { recursive: true });
  copyFileSync(join(built, `cubist-server${suffix}`), join(beside, `cubist-server-${host}${suffix}`));
  const config = JSON.stringify({ bundle: { externalBin: [join(beside, 'cubist-server')] } });
  const cli = moduleScript('@tauri-apps/cli/tauri.js');
  const args = ['bundle', ...(debug ? ['--debug'] : []), '--bundles', kinds, '--config', config];
  await steps.run('bundle', process.execPath, [cli, ...args]);
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
