// One line per step: quiet about success, clear about failure.
//
// The output of the programs a step runs goes to a log file. When the step fails, its last lines and the
// path of the whole log are shown, which is what a person needs to go on.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Enough to hold a compiler error and its context. */
const TAIL_LINES = 60;

/** A step that failed in a way already explained; `message` is for the person in front of the screen. */
export class StepFailed extends Error {
  /**
   * @param {string} message
   * @param {{ log?: string, hint?: string }} [details]
   */
  constructor(message, details = {}) {
    super(message);
    this.log = details.log;
    this.hint = details.hint;
    /** What a test runner counted before it failed. @type {import('./counts.mjs').Counts | null} */
    this.counts = null;
  }

  /** Everything that was logged. */
  readLog() {
    return this.log === undefined ? '' : readFileSync(this.log, 'utf8');
  }
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** A set of steps that keep their logs in one folder. */
export class Steps {
  /** @param {string} folder relative to the top of the repository */
  constructor(folder) {
    this.folder = join(root, folder);
    mkdirSync(this.folder, { recursive: true });
    this.live = process.stdout.isTTY === true;
  }

  /** @param {string} name the log file of a step */
  log(name) {
    return join(this.folder, `${name}.log`);
  }

  /**
   * Runs `work` and reports it in one line.
   *
   * @template T
   * @param {string} title
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(title, work) {
    const started = performance.now();
    if (this.live) process.stdout.write(`… ${title}`);
    try {
      const result = await work();
      this.#line(`✓ ${title}  ${duration(performance.now() - started)}`);
      return result;
    } catch (error) {
      this.#line(`✗ ${title}  ${duration(performance.now() - started)}`);
      throw error;
    }
  }

  /** @param {string} text */
  #line(text) {
    process.stdout.write(this.live ? `\r\u001b[2K${text}\n` : `${text}\n`);
  }

  /**
   * Runs a program with its output in the log `name`.
   *
   * @param {string} name
   * @param {string} command
   * @param {readonly string[]} args
   * @param {{ env?: NodeJS.ProcessEnv, append?: boolean, hint?: string }} [options]
   * @returns {Promise<string>} everything it printed
   */
  async run(name, command, args, options = {}) {
    const path = this.log(name);
    if (options.append !== true) writeFileSync(path, '');
    const file = openSync(path, 'a');
    try {
      const code = await new Promise((resolve, reject) => {
        const child = spawn(command, args, {
          cwd: root,
          env: { ...process.env, ...options.env },
          stdio: ['ignore', file, file],
          shell: needsShell(command),
        });
        child.once('error', reject);
        child.once('close', (status, signal) => resolve(status ?? signal));
      });
      if (code !== 0) {
        throw new StepFailed(`${command} ${args.join(' ')} ended with ${code}`, {
          log: path,
          hint: options.hint,
        });
      }
    } catch (error) {
      if (error instanceof StepFailed) throw error;
      throw new StepFailed(`${command} could not be started: ${error.message}`, { hint: options.hint });
    } finally {
      closeSync(file);
    }
    return readFileSync(path, 'utf8');
  }
}

/**
 * npm and its kin are `.cmd` files on Windows, which only a shell starts.
 *
 * @param {string} command
 */
function needsShell(command) {
  return process.platform === 'win32' && ['npm', 'npx'].includes(command);
}

/**
 * Tells the person what failed. Anything but a `StepFailed` is a defect of these scripts and keeps its stack.
 *
 * @param {unknown} error
 */
export function explain(error) {
  if (!(error instanceof StepFailed)) {
    console.error(error);
    return;
  }
  if (error.log !== undefined) {
    const lines = error.readLog().trimEnd().split('\n');
    const shown = lines.slice(-TAIL_LINES);
    if (shown.length < lines.length) console.error(`  … ${lines.length - shown.length} lines before these`);
    for (const line of shown) console.error(`  ${line}`);
    console.error('');
  }
  console.error(error.message);
  if (error.hint !== undefined) console.error(error.hint);
  if (error.log !== undefined) console.error(`The whole log: ${error.log}`);
}
