// A desktop of its own for one test: virtual display, session bus, home folder, and the real app
// in it, driven through WebKitWebDriver. Nothing of the machine's own desktop is touched.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const root = resolve(import.meta.dirname, '../..');
const profile = process.env.CUBIST_PROFILE ?? 'debug';
const app = join(root, 'target', profile, 'cubist');

/** Longest wait for anything a person would see; a fresh machine under load stays far below. */
const PATIENCE_MS = 30_000;

/** Waits until `look` gives something true, by looking again each frame or so. */
export async function until(what, look, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`waited ${patience} ms for ${what}${last ? `: ${last.message}` : ''}`);
    await pause(30);
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** One WebDriver session, the few calls the stories need. */
class Page {
  constructor(base) {
    this.base = base;
  }

  async call(method, path, body) {
    const response = await fetch(`${this.base}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  /** Runs a function in the page and gives back what it returns. */
  run(script, ...args) {
    return this.call('POST', '/execute/sync', { script: `return (${script})(...arguments)`, args });
  }

  async element(css, patience) {
    return until(
      `an element ${css}`,
      async () =>
        Object.values(await this.call('POST', '/element', { using: 'css selector', value: css }))[0],
      patience,
    );
  }

  /** The first visible element of this role (or tag) whose accessible name or text has `name`. */
  async named(css, name, patience) {
    return until(
      `${css} “${name}”`,
      async () => {
        const found = await this.run(
          `(css, name) => [...document.querySelectorAll(css)].find((e) =>
             e.checkVisibility() && ((e.getAttribute('aria-label') ?? '') + ' ' + (e.innerText ?? '')).includes(name)) ?? null`,
          css,
          name,
        );
        return found && Object.values(found)[0];
      },
      patience,
    );
  }

  click(element) {
    return this.call('POST', `/element/${element}/click`, {});
  }

  /**
   * Asks for the menu of an element, as the right button does. The driver's own pointer would open what is below it, too,
   * and forget Shift in whatever is typed later.
   */
  rightClick(element) {
    return this.run(
      `(element) => {
         const { left, top, width, height } = element.getBoundingClientRect();
         const at = { clientX: left + width / 2, clientY: top + height / 2 };
         element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, ...at }));
       }`,
      { 'element-6066-11e4-a52e-4f735466cecf': element },
    );
  }

  keys(element, text) {
    return this.call('POST', `/element/${element}/value`, { text });
  }

  async press(css, name) {
    await this.click(await this.named(css, name));
  }

  /** Opens the chat whose row has this word. A row on its way to another place cannot be pressed. */
  async openChat(word) {
    await this.named('[data-dialog]', word);
    await until('the list at rest', () =>
      this.run(`() => document.querySelector('[role=list]').getAnimations({ subtree: true }).length === 0`),
    );
    await this.press('[data-dialog]', word);
  }

  /** Chooses an entry of the menu of accounts; its button is named by what is in it. */
  async accountMenu(entry) {
    await this.click(await this.element('button:has([aria-label$="accounts and settings"])'));
    await this.press('[role=menuitem]', entry);
  }

  /** Types into the field with this label, as a person does: click, then keys. */
  async fill(label, text) {
    const field = await until(`a field “${label}”`, async () => {
      const found = await this.run(
        `(label) => { const shown = (css) => [...document.querySelectorAll(css)].filter((e) => e.checkVisibility());
           const l = shown('label').find((e) => e.innerText.trim().startsWith(label));
           const field = (l && (l.control ?? document.getElementById(l.htmlFor))) ??
             shown('input,textarea').find((e) => (e.getAttribute('aria-label') ?? '').startsWith(label));
           // What is under something else, or still on its way to its place, cannot be pressed by a person either.
           field?.scrollIntoView({ block: 'nearest' });
           const box = field?.getBoundingClientRect();
           const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
           return top && field.contains(top) ? field : null; }`,
        label,
      );
      return found && Object.values(found)[0];
    });
    await this.click(field);
    await this.call('POST', `/element/${field}/clear`, {});
    await this.keys(field, text);
  }

  text() {
    return this.run('() => document.body.innerText');
  }

  sees(text, patience) {
    return until(`the text “${text}”`, async () => (await this.text()).includes(text), patience);
  }
}

export class Desktop {
  /** @param name of the folder its pictures and logs go to, below test-output/window */
  constructor(name) {
    this.output = join(root, 'test-output', 'window', name);
    rmSync(this.output, { recursive: true, force: true });
    mkdirSync(this.output, { recursive: true });
    this.home = mkdtempSync(join(tmpdir(), 'cubist-window-'));
    this.children = [];
    this.picture = 0;
  }

  log(name) {
    return openSync(join(this.output, `${name}.log`), 'a');
  }

  start(command, args, env, name) {
    const log = this.log(name);
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.children.push(child);
    return child;
  }

  async open({ width = 1400, height = 900, keychain = false, corner = true } = {}) {
    if (!existsSync(app)) throw new Error(`${app} is not built`);
    const displayFile = join(this.home, 'display');
    const display = openSync(displayFile, 'w');
    const xvfb = spawn(
      'Xvfb',
      // Without -noreset the server begins anew when its last client leaves, and throws out whoever comes at that moment:
      // a look for the window manager could end the window manager.
      ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'],
      {
        stdio: ['ignore', 'ignore', 'ignore', display],
        detached: true,
      },
    );
    closeSync(display);
    this.children.push(xvfb);
    const number = await until('the virtual display', () => readFileSync(displayFile, 'utf8').trim());
    this.env = {
      ...process.env,
      DISPLAY: `:${number}`,
      HOME: this.home,
      XDG_DATA_HOME: join(this.home, 'data'),
      XDG_CONFIG_HOME: join(this.home, 'config'),
      XDG_CACHE_HOME: join(this.home, 'cache'),
      XDG_RUNTIME_DIR: join(this.home, 'run'),
      CUBIST_DATA_DIR: join(this.home, 'cubist'),
      CUBIST_REPORT_READY: '1',
      CUBIST_LOG: process.env.CUBIST_LOG ?? 'info',
      TAURI_WEBVIEW_AUTOMATION: 'true',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      LANG: 'C.UTF-8',
    };
    delete this.env.WAYLAND_DISPLAY;
    mkdirSync(this.env.XDG_RUNTIME_DIR, { mode: 0o700 });
    this.chooseFont();
    this.undecorate(corner);
    const busFile = join(this.home, 'bus');
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=3'], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'ignore', openSync(busFile, 'w')],
      detached: true,
    });
    this.children.push(bus);
    this.env.DBUS_SESSION_BUS_ADDRESS = await until('the session bus', () =>
      readFileSync(busFile, 'utf8').trim(),
    );
    // Without a window manager nothing has the focus, and what is not focused is not read.
    this.start('openbox', ['--sm-disable'], this.env, 'openbox');
    // A window that is there before its manager would be taken over without the focus.
    await until('the window manager', () => this.tool('wmctrl', ['-m']));
    if (keychain) this.startKeychain();
    return this;
  }

  /** A bare machine has only DejaVu for its interface; people's desktops have something like Inter. */
  chooseFont() {
    const folder = join(this.env.XDG_CONFIG_HOME, 'fontconfig');
    mkdirSync(folder, { recursive: true });
    const prefer = (family) =>
      `<alias binding="strong"><family>${family}</family><prefer><family>Inter</family></prefer></alias>`;
    writeFileSync(
      join(folder, 'fonts.conf'),
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${prefer('system-ui')}${prefer('sans-serif')}</fontconfig>`,
    );
  }

  /** Pictures show the inside of the window; a frame would only move it. `corner`: it is put there, wherever it wants to be. */
  undecorate(corner) {
    const folder = join(this.env.XDG_CONFIG_HOME, 'openbox');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'rc.xml'),
      '<openbox_config xmlns="http://openbox.org/3.4/rc"><applications><application class="*"><decor>no</decor>' +
        `${corner ? '<position force="yes"><x>0</x><y>0</y></position>' : ''}</application></applications></openbox_config>`,
    );
  }

  /** No sound card at all, whatever the machine has, until `startMicrophone`. */
  silence() {
    this.sound = join(this.home, 'alsa.conf');
    writeFileSync(this.sound, '');
    Object.assign(this.env, {
      ALSA_CONFIG_PATH: this.sound,
      PULSE_SERVER: `unix:${join(this.env.XDG_RUNTIME_DIR, 'pulse', 'native')}`,
    });
  }

  /**
   * A sound server whose microphone hears a tone, and whose loudspeaker nobody hears.
   *
   * @param {number} hertz
   */
  async startMicrophone(hertz) {
    const modules = [
      'module-native-protocol-unix',
      `module-sine-source frequency=${hertz}`,
      'module-null-sink',
    ];
    this.microphone = this.start(
      'pulseaudio',
      ['-n', '--daemonize=no', '--exit-idle-time=-1', ...modules.flatMap((name) => ['-L', name])],
      this.env,
      'sound',
    );
    await until('the sound server', () => existsSync(join(this.env.XDG_RUNTIME_DIR, 'pulse', 'native')));
    // Programs that run see the card that was plugged in: the configuration is read again when it has changed.
    writeFileSync(this.sound, 'pcm.!default { type pulse }\nctl.!default { type pulse }\n');
  }

  /** The sound server ends in the middle of everything. */
  stopMicrophone() {
    this.kill(this.microphone);
  }

  startKeychain() {
    const log = this.log('keychain');
    const child = spawn('gnome-keyring-daemon', ['--unlock', '--components=secrets', '--foreground'], {
      env: this.env,
      stdio: ['pipe', log, log],
      detached: true,
    });
    child.stdin.end('\n');
    this.children.push(child);
    this.keychain = child;
  }

  /** Starts the app (again) with the same home and waits for its page. */
  async launch(args = []) {
    const port = await freePort();
    this.driver = this.start('WebKitWebDriver', [`--port=${port}`], this.env, 'app');
    const base = `http://127.0.0.1:${port}`;
    await until('the driver', async () => (await fetch(`${base}/status`)).ok);
    const response = await fetch(`${base}/session`, {
      method: 'POST',
      body: JSON.stringify({
        capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: app, args } } },
      }),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`no session: ${value?.message}`);
    this.session = `${base}/session/${value.sessionId}`;
    this.page = new Page(this.session);
    return this.page;
  }

  /** Closes the window as a person does and waits until the app is gone. */
  async quit() {
    const pids = this.appPids();
    this.tool('wmctrl', ['-c', 'Cubist']);
    // Gone, not just a zombie: a first thread that ended leaves others running, and only with the last of them does the
    // backend get another parent. Stopped before that, it would be hung up by the kernel as an orphaned, stopped job.
    await until('the app to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
    this.kill(this.driver);
  }

  /** Process ids of the app in this home. */
  appPids() {
    const { stdout } = spawnSync('pgrep', ['-x', 'cubist'], { encoding: 'utf8' });
    return stdout
      .split('\n')
      .filter(Boolean)
      .map(Number)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${this.home}\0`);
        } catch {
          return false;
        }
      });
  }

  backend() {
    return JSON.parse(readFileSync(join(this.home, 'cubist', 'local-backend', 'running.json'), 'utf8'));
  }

  /** Process id of the backend beside the app. */
  backendPid() {
    return this.backend().pid;
  }

  /** Holds a lease of the backend, as a second app would, so that it outlives the first. */
  async holdBackend() {
    const { lease, token } = this.backend();
    const [host, port] = lease.split(':');
    this.lease = connect(Number(port), host);
    this.lease.write(`${token}\n`);
    await once(this.lease, 'data');
  }

  /** The app's windows that are on the screen, or put aside. */
  windows() {
    return this.tool('wmctrl', ['-l'])
      .split('\n')
      .filter((line) => line.includes('Cubist'));
  }

  /** Starts the app once more beside the one that runs, and waits until that start has ended. */
  async startAgain(args = []) {
    const second = this.start(app, args, this.env, 'second');
    const [code] = await once(second, 'exit');
    if (code !== 0) throw new Error(`the second start ended with ${code}`);
  }

  /** Puts the window aside: minimised, it has no focus and shows nothing. */
  putAway() {
    this.tool('xdotool', ['search', '--onlyvisible', '--class', 'cubist', 'windowminimize']);
  }

  /** Says on the session bus what a desktop says when it locks its screen. */
  lockScreen() {
    const signal = [
      '/org/freedesktop/ScreenSaver',
      'org.freedesktop.ScreenSaver.ActiveChanged',
      'boolean:true',
    ];
    this.tool('dbus-send', ['--session', '--type=signal', ...signal]);
  }

  /** A picture of the inside of the window, as the screen has it. */
  shot(name) {
    const file = join(this.output, `${String(++this.picture).padStart(2, '0')}-${name}.png`);
    const side = (geometry, key) => Number(geometry.match(new RegExp(`^${key}=(-?\\d+)$`, 'm'))[1]);
    // Files that are dragged over it have given it small windows beside its own.
    const [geometry] = this.tool('xdotool', ['search', '--onlyvisible', '--class', 'cubist'])
      .split('\n')
      .map((found) => this.tool('xdotool', ['getwindowgeometry', '--shell', found]))
      .sort((one, other) => side(other, 'WIDTH') - side(one, 'WIDTH'));
    const box = ['X', 'Y', 'WIDTH', 'HEIGHT'].map((key) => side(geometry, key)).join(',');
    this.tool('scrot', ['-o', '-a', box, file]);
    return file;
  }

  /** A picture of the whole screen: what stands beside the window belongs to it. */
  wholeShot(name) {
    const file = join(this.output, `${String(++this.picture).padStart(2, '0')}-${name}.png`);
    this.tool('scrot', ['-o', file]);
    return file;
  }

  tool(command, args) {
    const { status, stdout, stderr } = spawnSync(command, args, {
      env: this.env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || status}`);
    return stdout.trim();
  }

  kill(child) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }

  async close() {
    this.lease?.destroy();
    for (const pid of this.appPids()) process.kill(pid, 'SIGKILL');
    try {
      process.kill(this.backendPid(), 'SIGKILL');
    } catch {
      // Never started, or gone with its last lease.
    }
    for (const child of this.children.reverse()) this.kill(child);
    const log = join(this.home, 'cubist', 'local-backend', 'server.log');
    if (existsSync(log)) copyFileSync(log, join(this.output, 'server.log'));
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
