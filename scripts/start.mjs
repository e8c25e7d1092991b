// npm start: brings what the machine lacks, builds, and opens the window.
//
//   npm start -- --profile bob    everything after -- goes to the app, except
//   npm start -- --release        builds with optimisation
//   npm start -- --stay           on a machine without a display: keep running after the screenshot

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureNodeModules } from './lib/nodeModules.mjs';
import { ensurePages } from './lib/pages.mjs';
import { painted } from './lib/painted.mjs';
import { hasDisplay, VirtualScreen } from './lib/screen.mjs';
import { explain, StepFailed, Steps } from './lib/steps.mjs';
import { ensurePackages } from './lib/systemPackages.mjs';
import { checkToolchain, targetFolder } from './lib/toolchain.mjs';

async function main() {
  const own = new Set(['--release', '--stay']);
  const given = process.argv.slice(2);
  const release = given.includes('--release');
  const stay = given.includes('--stay');
  const appArguments = given.filter((argument) => !own.has(argument));

  const steps = new Steps('test-output/start');
  checkToolchain();
  const headless = !hasDisplay();
  await ensurePackages(steps, headless ? ['build', 'display'] : ['build']);
  await ensureNodeModules(steps);
  await ensurePages(steps);
  const app = await build(steps, release);
  if (headless) await showOnVirtualScreen(steps, app, appArguments, stay);
  else await show(app, appArguments);
}

/**
 * Cargo itself sees what is fresh.
 *
 * @param {Steps} steps
 * @param {boolean} release
 */
async function build(steps, release) {
  const profile = release ? ['--release'] : [];
  // The whole workspace with the programs picked out: the same set of features as in the tests, so that nothing
  // is compiled twice.
  const programs = ['--bin', 'cubist', '--bin', 'cubist-server'];
  await steps.step('Building the app (minutes the first time, seconds later)', () =>
    steps.run('cargo-build', 'cargo', ['build', '--workspace', '--locked', ...programs, ...profile]),
  );
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return join(targetFolder(), release ? 'release' : 'debug', `cubist${suffix}`);
}

/**
 * @param {string} app
 * @param {string[]} appArguments
 */
async function show(app, appArguments) {
  const child = spawn(app, appArguments, { stdio: 'inherit' });
  // Ctrl+C reaches the app as well; it ends in its own time and we pass on how.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new StepFailed(`The app could not be started: ${error.message}`)));
    child.once('exit', (...end) => resolve(end));
  });
  if (code !== 0 && signal !== 'SIGINT' && signal !== 'SIGTERM') {
    throw new StepFailed(`The app ended with ${code ?? signal}.`);
  }
}

/**
 * @param {Steps} steps
 * @param {string} app
 * @param {string[]} appArguments
 * @param {boolean} stay
 */
async function showOnVirtualScreen(steps, app, appArguments, stay) {
  console.log('This machine has no display, so the window opens on a virtual one.');
  const screen = await VirtualScreen.start();
  const log = steps.log('app');
  const picture = join(steps.folder, 'window.png');
  // A bus of its own: the app keeps a single instance through it, and a machine without a display has none.
  const child = spawn('dbus-run-session', ['--', app, ...appArguments], {
    // A process group of its own, so that the web processes end with it.
    detached: true,
    env: { ...process.env, ...screen.environment, CUBIST_REPORT_READY: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGTERM');
      await ended;
    }
    await screen.stop();
  };
  process.once('SIGINT', () => void stop().then(() => process.exit(130)));
  process.once('SIGTERM', () => void stop().then(() => process.exit(143)));
  try {
    await steps
      .step('Opening the window', () => painted(child, log))
      .finally(() => {
        // Also when it failed: what is there instead tells most.
        screen.capture(picture);
        console.log(`Screenshot: ${picture}`);
      });
    if (stay) {
      console.log(`It stays on display ${screen.display} until Ctrl+C.`);
      await ended;
    }
  } finally {
    await stop();
  }
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
