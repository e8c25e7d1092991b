// System packages: what the machine lacks, and how it gets there.
//
// Debian and Ubuntu are served by apt. Elsewhere the packages are named, because a script that guesses at
// other people's package managers does more harm than a clear sentence.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, StepFailed } from './steps.mjs';

/** Debian's names of what each purpose needs. */
const DEBIAN = {
  build: [
    'build-essential',
    'cmake',
    'file',
    'libasound2-dev',
    'libayatana-appindicator3-dev',
    'libdbus-1-dev',
    'librsvg2-dev',
    'libssl-dev',
    'libwebkit2gtk-4.1-dev',
    'libxdo-dev',
    'perl',
    'pkg-config',
  ],
  // A window where there is no screen.
  display: ['dbus-daemon', 'fonts-dejavu-core', 'fonts-noto-color-emoji', 'xvfb'],
  // Making packages and looking at what came of it.
  packages: ['appstream', 'desktop-file-utils', 'rpm', 'xauth', 'xvfb'],
  tests: [
    'at-spi2-core',
    'chromium',
    'dbus-x11',
    'dunst',
    'ejabberd',
    'fonts-inter',
    'gir1.2-atspi-2.0',
    'gir1.2-gtk-3.0',
    'git',
    'gnome-keyring',
    'hunspell-en-us',
    'ibus',
    'ibus-anthy',
    'ibus-gtk3',
    'libasound2-plugins',
    'libglib2.0-bin',
    'libsecret-tools',
    'openbox',
    'opus-tools',
    'prosody',
    'pulseaudio',
    'python3-gi',
    'scrot',
    'webkit2gtk-driver',
    'wmctrl',
    'xauth',
    'xclip',
    'xdotool',
  ],
};

/** What the build needs elsewhere; the first that matches `ID` or `ID_LIKE` of os-release is shown. */
const OTHER_LINUX = [
  {
    ids: ['fedora', 'rhel', 'centos'],
    command:
      'sudo dnf install gcc gcc-c++ make cmake perl pkgconf-pkg-config file webkit2gtk4.1-devel openssl-devel ' +
      'libappindicator-gtk3-devel librsvg2-devel libxdo-devel dbus-devel alsa-lib-devel',
    display: 'sudo dnf install xorg-x11-server-Xvfb dbus-daemon google-noto-color-emoji-fonts',
  },
  {
    ids: ['arch', 'manjaro'],
    command:
      'sudo pacman -S --needed base-devel cmake perl file webkit2gtk-4.1 openssl libappindicator-gtk3 librsvg xdotool ' +
      'dbus alsa-lib',
    display: 'sudo pacman -S --needed xorg-server-xvfb dbus noto-fonts-emoji',
  },
  {
    ids: ['opensuse', 'suse'],
    command:
      'sudo zypper install -t pattern devel_basis && sudo zypper install cmake perl file webkit2gtk3-devel ' +
      'libopenssl-devel libappindicator3-1 librsvg-devel xdotool-devel dbus-1-devel alsa-devel',
    display: 'sudo zypper install xorg-x11-server-Xvfb dbus-1-daemon google-noto-coloremoji-fonts',
  },
  {
    ids: ['alpine'],
    command:
      'sudo apk add build-base cmake perl file pkgconf webkit2gtk-4.1-dev openssl-dev libayatana-appindicator-dev ' +
      'librsvg-dev xdotool-dev dbus-dev alsa-lib-dev',
    display: 'sudo apk add xvfb dbus font-noto-emoji',
  },
];

/** What pkg-config must know before the app can be built on Linux. */
const LIBRARIES = ['webkit2gtk-4.1', 'librsvg-2.0', 'dbus-1', 'alsa'];

/**
 * Sees to it that the packages of these purposes are installed.
 *
 * @param {import('./steps.mjs').Steps} steps
 * @param {('build' | 'display' | 'tests' | 'packages')[]} purposes
 */
export async function ensurePackages(steps, purposes) {
  if (process.platform === 'darwin') return checkMac();
  if (process.platform === 'win32') return checkWindows();
  if (hasProgram('dpkg-query') && hasProgram('apt-get')) return ensureDebian(steps, purposes);
  return checkOtherLinux(purposes);
}

/**
 * @param {import('./steps.mjs').Steps} steps
 * @param {('build' | 'display' | 'tests' | 'packages')[]} purposes
 */
async function ensureDebian(steps, purposes) {
  const missing = missingOnDebian(purposes.flatMap((purpose) => DEBIAN[purpose]));
  if (missing.length === 0) return;
  const byHand = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  const asRoot = rootPrefix();
  if (asRoot === null) {
    throw new StepFailed(`These system packages are missing: ${missing.join(' ')}`, {
      hint: `Run as root: ${byHand}`,
    });
  }
  await steps.step(`Installing ${missing.length} system packages`, () =>
    steps.run('packages', 'sh', [join(root, 'scripts/lib/aptInstall.sh'), asRoot, ...missing], {
      hint: `To do it by hand, run as root: ${byHand}`,
    }),
  );
  const still = missingOnDebian(missing);
  if (still.length > 0) {
    throw new StepFailed(`These system packages are still missing: ${still.join(' ')}`, {
      log: steps.log('packages'),
    });
  }
}

/** @param {string[]} names */
function missingOnDebian(names) {
  // dpkg-query fails when one name is unknown and still lists the others.
  const result = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status} ${Package}\n', ...names], {
    encoding: 'utf8',
  });
  const installed = new Set(
    result.stdout
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
  return names.filter((name) => !installed.has(name));
}

/** How to become root: '' when we are, 'sudo' when it can be used, null when it cannot. */
function rootPrefix() {
  if (process.getuid?.() === 0) return '';
  if (!hasProgram('sudo')) return null;
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return 'sudo';
  if (process.stdin.isTTY !== true) return null;
  // Asks for the password here, where it can be seen; the installation itself runs with its output in a log.
  return spawnSync('sudo', ['-v', '-p', '\nInstalling system packages needs your password: '], {
    stdio: 'inherit',
  }).status === 0
    ? 'sudo'
    : null;
}

/** @param {('build' | 'display' | 'tests' | 'packages')[]} purposes */
function checkOtherLinux(purposes) {
  const system = /^(?:ID|ID_LIKE)="?([^"\n]+)/gm;
  const ids = existsSync('/etc/os-release')
    ? [...readFileSync('/etc/os-release', 'utf8').matchAll(system)].flatMap((match) => match[1].split(' '))
    : [];
  const known = OTHER_LINUX.find((entry) => entry.ids.some((id) => ids.some((own) => own.startsWith(id))));
  const lacking = LIBRARIES.filter(
    (library) => spawnSync('pkg-config', ['--exists', library], { stdio: 'ignore' }).status !== 0,
  );
  if (!hasProgram('cc')) lacking.unshift('a C compiler');
  if (!hasProgram('perl')) lacking.unshift('perl');
  if (!hasProgram('cmake')) lacking.unshift('cmake');
  if (lacking.length > 0) {
    throw new StepFailed(`The build needs what this system lacks: ${lacking.join(', ')}.`, {
      hint:
        known === undefined
          ? `Install the packages for it, which Debian calls: ${DEBIAN.build.join(' ')}`
          : `Run: ${known.command}`,
    });
  }
  if (purposes.includes('display') && !(hasProgram('Xvfb') && hasProgram('dbus-run-session'))) {
    throw new StepFailed('Without a display this needs Xvfb and dbus-run-session.', {
      hint: known === undefined ? undefined : `Run: ${known.display}`,
    });
  }
  if (purposes.includes('tests')) {
    const tools = ['WebKitWebDriver', 'chromium', 'prosody', 'ejabberdctl', 'git'].filter(
      (tool) => !hasProgram(tool),
    );
    if (tools.length > 0) {
      throw new StepFailed(`The tests need programs that this system lacks: ${tools.join(', ')}.`, {
        hint: `Debian has them in the packages ${DEBIAN.tests.join(' ')}`,
      });
    }
  }
}

function checkMac() {
  if (spawnSync('xcode-select', ['-p'], { stdio: 'ignore' }).status !== 0) {
    throw new StepFailed("Apple's compiler is missing.", { hint: 'Run: xcode-select --install' });
  }
  checkCmake('brew install cmake');
}

function checkWindows() {
  // The encrypted database brings its own OpenSSL, whose build is driven by perl.
  if (!hasProgram('perl')) {
    throw new StepFailed('Perl is missing.', { hint: 'Run: winget install StrawberryPerl.StrawberryPerl' });
  }
  checkCmake('winget install Kitware.CMake');
  const programs = process.env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
  if (
    !existsSync(join(programs, 'Microsoft Visual Studio', 'Installer', 'vswhere.exe')) &&
    !hasProgram('cl')
  ) {
    throw new StepFailed("Microsoft's C++ build tools are missing.", {
      hint:
        'Run: winget install Microsoft.VisualStudio.2022.BuildTools --override ' +
        '"--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended --passive"',
    });
  }
}

/**
 * The encoder of voice messages is built by cmake.
 *
 * @param {string} command that installs it
 */
function checkCmake(command) {
  if (!hasProgram('cmake')) throw new StepFailed('CMake is missing.', { hint: `Run: ${command}` });
}

/** @param {string} name */
function hasProgram(name) {
  const finder = process.platform === 'win32' ? 'where' : 'which';
  try {
    execFileSync(finder, [name], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    return true;
  } catch {
    return false;
  }
}
