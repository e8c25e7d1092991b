// The release build of the app in a window on a virtual display.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Desktop, until } from '../window/desktop.mjs';
import { measureMoves, measureOlderPages } from './page.mjs';
import { family, memory } from './processes.mjs';

/** The app says this on standard output once its list is painted. */
const PAINTED = 'cubist: painted';
/** Rest before the memory is looked at, ms. */
const SETTLE_MS = 5000;
/** A release build never takes this long; then something is wrong. */
const PATIENCE_MS = 60_000;

/**
 * @param {object} setting
 * @param {string} setting.app path of the release build
 * @param {(dataDir: string, dialogs: number, messages: number) => Promise<{ dialog: string }>} setting.seed
 * @param {boolean} setting.quick
 * @param {(what: string) => void} setting.progress
 * @returns {Promise<Record<string, import('./figures.mjs').Series>>}
 */
export async function measureWindow({ app, seed, quick, progress }) {
  const runs = quick ? { warm: 3, cold: 1, memory: 1 } : { warm: 20, cold: 5, memory: 5 };
  const desktop = await new Desktop('bench').open();
  try {
    const data = desktop.env.CUBIST_DATA_DIR;
    const [full, empty] = [`${data}-full`, `${data}-empty`];
    progress('seeding');
    const { dialog } = await seed(full, 2000, quick ? 20_000 : 100_000);
    await seed(empty, 0, 0);

    /** @type {Record<string, import('./figures.mjs').Series>} */
    const series = {};
    const note = (name, unit, sample) => {
      series[name] ??= { unit, samples: [] };
      series[name].samples.push(sample);
    };
    for (let run = 0; run <= runs.warm; run += 1) {
      progress(`start ${run} of ${runs.warm}`);
      for (const [folder, ending] of [
        [full, ''],
        [empty, '.empty'],
      ]) {
        const looked = run > 0 && run <= runs.memory;
        const started = await start(desktop, app, folder);
        // The first start fills the page cache of the system.
        if (run > 0) note(`window.start${ending}`, 'ms', started.took);
        if (looked) {
          await pause(SETTLE_MS);
          const used = memory(family(started.pid));
          if (ending === '' && run === 1) progress(`memory by process: ${JSON.stringify(used.each)}`);
          note(`window.memory${ending}`, 'MB', used.total);
        }
        await started.end();
      }
    }
    for (let run = 1; run <= runs.cold; run += 1) {
      progress(`cold start ${run} of ${runs.cold}`);
      forget([app, ...webViewFiles(), ...filesBelow(full)]);
      const started = await start(desktop, app, full);
      note('window.start.cold', 'ms', started.took);
      await started.end();
    }

    progress('a long chat');
    const fresh = () => {
      rmSync(data, { recursive: true, force: true });
      cpSync(full, data, { recursive: true });
    };
    fresh();
    const { page, pid } = await drive(desktop);
    Object.assign(series, await measureOlderPages(page, dialog, quick ? 10 : 80));
    await pause(SETTLE_MS);
    note('window.memory.used', 'MB', memory(family(pid)).total);
    desktop.shot('long-chat');
    await desktop.quit();

    progress('moves in the list');
    // Without the chat that was open, which the app remembers.
    fresh();
    const again = await drive(desktop);
    Object.assign(series, await measureMoves(again.page, quick ? 10 : 60));
    desktop.shot('list');
    await desktop.quit();
    return series;
  } finally {
    await desktop.close();
  }
}

/**
 * Starts the app under the driver and waits for its list.
 *
 * @param {Desktop} desktop
 */
async function drive(desktop) {
  const page = await desktop.launch();
  await page.element('[data-dialog]', PATIENCE_MS);
  const [pid] = await until('the process of the app', () => {
    const pids = desktop.appPids();
    return pids.length > 0 && pids;
  });
  return { page, pid };
}

/**
 * Starts the app and waits for its list.
 *
 * @param {Desktop} desktop
 * @param {string} app
 * @param {string} data
 */
async function start(desktop, app, data) {
  const env = { ...desktop.env, CUBIST_DATA_DIR: data, CUBIST_LOG: 'warn' };
  // As a person starts it: not driven, and free to find out by itself how to draw.
  delete env.TAURI_WEBVIEW_AUTOMATION;
  delete env.WEBKIT_DISABLE_DMABUF_RENDERER;
  const begun = performance.now();
  const child = spawn(app, [], { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const took = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the list was not painted')), PATIENCE_MS);
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (!text.includes(PAINTED)) return;
      clearTimeout(timer);
      resolve(performance.now() - begun);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the app ended with ${code} before its list was painted`)));
  });
  const end = async () => {
    const pids = family(child.pid);
    desktop.tool('wmctrl', ['-c', 'Cubist']);
    await ended;
    // The web processes end a moment after the app; the next start must not share the machine with them.
    await until('the web processes to end', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  };
  return { took, pid: child.pid, end };
}

/** Where Debian keeps the web view: its libraries and its processes. */
function webViewFiles() {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].filter((each) =>
    existsSync(each),
  );
  return folders.flatMap((folder) => [
    ...readdirSync(folder)
      .filter((name) => /^lib(webkit2gtk|javascriptcoregtk)-4\.1\.so\.[\d.]+$/.test(name))
      .map((name) => join(folder, name)),
    ...(existsSync(join(folder, 'webkit2gtk-4.1')) ? filesBelow(join(folder, 'webkit2gtk-4.1')) : []),
  ]);
}

/** @param {string} folder */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/**
 * Asks the system to put files out of its page cache. What another process has mapped stays.
 *
 * @param {readonly string[]} files
 */
function forget(files) {
  spawnSync('sync');
  for (const file of files) {
    spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
  }
}
