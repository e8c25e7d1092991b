// Whether the .deb and .rpm of Cubist are what they should be: their lists, their entries on the desktop, and a start.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { painted } from './painted.mjs';
import { VirtualScreen } from './screen.mjs';
import { root, StepFailed } from './steps.mjs';

const DESKTOP = 'usr/share/applications/Cubist.desktop';
const METAINFO = 'usr/share/metainfo/org.cubist.messenger.metainfo.xml';
const ICONS = 'usr/share/icons/hicolor';

/** What every package holds, seen from its top. */
export const CONTENTS = [
  'usr/bin/cubist',
  // Beside the app: it starts it for "Try it on this computer".
  'usr/bin/cubist-server',
  DESKTOP,
  METAINFO,
  ...[16, 24, 32, 48, 64, 128, 256, 512].map((edge) => `${ICONS}/${edge}x${edge}/apps/cubist.png`),
  `${ICONS}/scalable/apps/cubist.svg`,
  `${ICONS}/symbolic/apps/cubist-symbolic.svg`,
];

/** A package of the debug build is large. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** Languages of the window; the desktop reads the entry in them, too. */
const LANGUAGES = ['de', 'es', 'uk', 'ar'];

/**
 * What is wrong with a desktop entry of Cubist, beside what its validator says.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function desktopEntryFaults(text) {
  const faults = [];
  const lines = text.split('\n');
  const value = (key) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  for (const key of ['Name', 'Exec', 'Icon', 'StartupWMClass', 'Categories', 'MimeType', 'Actions']) {
    if ((value(key) ?? '') === '') faults.push(`${key} is missing`);
  }
  for (const key of ['Comment', 'GenericName', 'Keywords']) {
    for (const language of LANGUAGES)
      if (value(`${key}[${language}]`) === undefined) faults.push(`${key} is not in ${language}`);
  }
  if (value('MimeType')?.split(';').includes('x-scheme-handler/cubist') !== true)
    faults.push('links (cubist:) are not handled');
  if (!/ %U$/.test(value('Exec') ?? '')) faults.push('neither links nor files are handed over');
  for (const action of (value('Actions') ?? '').split(';').filter(Boolean))
    if (!text.includes(`[Desktop Action ${action}]`)) faults.push(`the action ${action} is not there`);
  if (text.includes('{{')) faults.push('a placeholder is left');
  return faults;
}

/**
 * What a list of files lacks.
 *
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function missingContents(paths) {
  const there = new Set(paths.map((path) => path.replace(/^\.?\//, '')));
  return CONTENTS.filter((path) => !there.has(path));
}

/**
 * @param {import('./steps.mjs').Steps} steps
 * @param {readonly string[]} packages paths
 */
export async function checkLinuxPackages(steps, packages) {
  for (const path of packages) {
    if (path.endsWith('.deb')) await checkDeb(steps, path);
    else if (path.endsWith('.rpm')) await checkRpm(steps, path);
  }
}

async function checkDeb(steps, path) {
  const folder = mkdtempSync(join(tmpdir(), 'cubist-deb-'));
  try {
    await steps.step('What is in the .deb', async () => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      expect('version', field(path, 'Version'), version);
      expect('package', field(path, 'Package'), 'cubist');
      lacks(read('dpkg-deb', ['--fsys-tarfile', path], 'tar', ['-t']).split('\n'));
      execFileSync('dpkg-deb', ['-x', path, folder]);
      await checkEntries(steps, folder);
      checkDependencies(field(path, 'Depends'), folder);
    });
    if (canInstall()) {
      await steps.step('Installing the .deb', () => steps.run('dpkg', 'dpkg', ['--install', path]));
      try {
        await steps.step('Starting what was installed', () => start(steps, 'deb', '/usr/bin'));
      } finally {
        await steps.run('dpkg', 'dpkg', ['--purge', 'cubist'], { append: true });
      }
      if (existsSync('/usr/bin/cubist')) throw new StepFailed('The .deb leaves something behind.');
    } else {
      await steps.step('Starting what is in the .deb', () => start(steps, 'deb', join(folder, 'usr/bin')));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkRpm(steps, path) {
  const folder = mkdtempSync(join(tmpdir(), 'cubist-rpm-'));
  try {
    await steps.step('What is in the .rpm', async () => {
      const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const query = (format) =>
        execFileSync('rpm', ['-qp', '--queryformat', format, path], { encoding: 'utf8' });
      expect('version', query('%{VERSION}'), version);
      expect('licence', query('%{LICENSE}'), license);
      lacks(execFileSync('rpm', ['-qpl', path], { encoding: 'utf8' }).split('\n'));
      const needs = execFileSync('rpm', ['-qpR', path], { encoding: 'utf8' });
      // Libraries rather than packages: distributions call those differently.
      for (const needed of ['libwebkit2gtk-4.1.so.0', 'libgtk-3.so.0', 'alsa-lib'])
        if (!needs.split('\n').some((line) => line.startsWith(needed)))
          throw new StepFailed(`The .rpm does not ask for ${needed}: ${needs}`);
      // rpm2cpio judges by a size that this packer does not write, and ends as if it had failed.
      const packed = execFileSync('rpm2archive', ['-n', '-'], {
        input: readFileSync(path),
        maxBuffer: MOST_BYTES,
      });
      execFileSync('tar', ['-x', '-C', folder], { input: packed });
      await checkEntries(steps, folder);
    });
    await steps.step('Starting what is in the .rpm', () => start(steps, 'rpm', join(folder, 'usr/bin')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The entries that desktops and software shops read. */
async function checkEntries(steps, folder) {
  const entry = join(folder, DESKTOP);
  await steps.run('desktop-file', 'desktop-file-validate', [entry]);
  const faults = desktopEntryFaults(readFileSync(entry, 'utf8'));
  if (faults.length > 0) throw new StepFailed(`The desktop entry: ${faults.join(', ')}`);
  await steps.run('appstream', 'appstreamcli', ['validate', '--no-net', join(folder, METAINFO)]);
}

/** Every library that the programs are linked with comes with a package that the .deb asks for, or with one of theirs. */
function checkDependencies(depends, folder) {
  const asked = depends.split(',').map((one) => one.split('|').map((each) => each.trim().split(' ')[0]));
  const known = asked.flat().filter((name) => statusOf(name));
  const closure = new Set([...known, ...recursive(known)]);
  for (const program of ['cubist', 'cubist-server']) {
    const needed = execFileSync('objdump', ['-p', join(folder, 'usr/bin', program)], { encoding: 'utf8' });
    for (const [, library] of needed.matchAll(/^\s*NEEDED\s+(\S+)$/gm)) {
      const owners = ownersOf(library);
      if (!owners.some((owner) => closure.has(owner)))
        throw new StepFailed(
          `${program} needs ${library} of ${owners.join(' or ')}, which the .deb does not ask for`,
        );
    }
  }
}

function statusOf(name) {
  try {
    return (
      execFileSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], {
        encoding: 'utf8',
        stdio: 'pipe',
      }) === 'installed'
    );
  } catch {
    return false;
  }
}

/** Packages that these ask for, and so on. */
function recursive(names) {
  const leave = [
    '--no-recommends',
    '--no-suggests',
    '--no-conflicts',
    '--no-breaks',
    '--no-replaces',
    '--no-enhances',
  ];
  const text = execFileSync('apt-cache', ['depends', '--recurse', '--installed', ...leave, ...names], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return text
    .split('\n')
    .filter((line) => /^\w/.test(line))
    .map((line) => line.replace(/:\w+$/, ''));
}

function ownersOf(library) {
  const text = execFileSync('dpkg-query', ['-S', `*/${library}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return [
    ...new Set(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(':')[0]),
    ),
  ];
}

/** Only as root, and never over an installation that somebody uses. */
function canInstall() {
  return process.getuid?.() === 0 && !statusOf('cubist') && !existsSync('/usr/bin/cubist');
}

/** Starts the app of this folder until its page has painted, and the backend beside it until it answers. */
async function start(steps, name, folder) {
  const home = mkdtempSync(join(tmpdir(), 'cubist-package-'));
  const screen = await VirtualScreen.start();
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = {
    ...process.env,
    ...screen.environment,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_RUNTIME_DIR: runtime,
    CUBIST_REPORT_READY: '1',
    LANG: 'C.UTF-8',
  };
  const child = spawn('dbus-run-session', ['--', join(folder, 'cubist')], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await painted(child, steps.log(`${name}-app`));
    screen.capture(join(steps.folder, `${name}.png`));
    await answers(steps, name, folder, home);
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
    await screen.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The backend of the package says that it is ready, as it says it to the app. */
async function answers(steps, name, folder, home) {
  const anyPort = ['--http', '--ws', '--xmpp', '--xmpps'].flatMap((flag) => [flag, '127.0.0.1:0']);
  const server = spawn(join(folder, 'cubist-server'), ['--data', join(home, 'backend'), ...anyPort], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await new Promise((resolve, reject) => {
      let text = '';
      server.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('api_url')) resolve(undefined);
      });
      server.stderr.on('data', (chunk) => (text += chunk));
      server.once('error', reject);
      server.once('exit', (code) =>
        reject(new StepFailed(`cubist-server of the .${name} ended with ${code}: ${text}`)),
      );
    });
  } finally {
    server.removeAllListeners('exit');
    server.kill('SIGTERM');
  }
}

function field(path, name) {
  return execFileSync('dpkg-deb', ['--field', path, name], { encoding: 'utf8' }).trim();
}

function expect(what, found, wanted) {
  if (found !== wanted) throw new StepFailed(`The ${what} is “${found}”, not “${wanted}”.`);
}

function lacks(paths) {
  const missing = missingContents(paths);
  if (missing.length > 0) throw new StepFailed(`The package lacks ${missing.join(', ')}`);
}

/** The output of one program as the input of another. */
function read(from, fromArgs, to, toArgs) {
  const input = execFileSync(from, fromArgs, { maxBuffer: MOST_BYTES });
  return execFileSync(to, toArgs, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
