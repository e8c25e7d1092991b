// The programs of this workspace, as processes that speak JSON lines.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = process.env.CUBIST_BIN_DIR ?? fileURLToPath(new URL('../../../target/debug', import.meta.url));

/**
 * Where a program of this workspace is.
 *
 * @param {string} name
 */
export function pathOf(name) {
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${path} is not built: run cargo build --workspace`);
  return path;
}

/**
 * Starts a program and hands each line of its output to `heard`.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {(line: any) => void} heard
 */
export function start(name, args, heard) {
  const child = spawn(pathOf(name), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => heard(JSON.parse(line)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    child,
    /** When it has ended by itself. */
    ended,
    /** @param {NodeJS.Signals} signal */
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
