// Node and Rust: are they there, and new enough?

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root, StepFailed } from './steps.mjs';

/** Checks both and puts rustup's folder on the path: a fresh installation is not there until the next login. */
export function checkToolchain() {
  const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin');
  if (existsSync(cargoBin) && !(process.env.PATH ?? '').split(delimiter).includes(cargoBin)) {
    process.env.PATH = `${process.env.PATH ?? ''}${delimiter}${cargoBin}`;
  }
  const wantedNode = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  if (isOlder(process.versions.node, numbers(wantedNode))) {
    throw new StepFailed(`Node ${process.versions.node} is too old: Cubist needs ${wantedNode}.`);
  }
  const wantedRust = /^rust-version = "([\d.]+)"/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))[1];
  const rust = version('rustc');
  const hint = 'rustup (https://rustup.rs) installs and updates it. Open a new terminal afterwards.';
  if (rust === null || version('cargo') === null) throw new StepFailed('Rust is missing.', { hint });
  if (isOlder(rust, numbers(wantedRust))) {
    throw new StepFailed(`Rust ${rust} is too old: Cubist needs ${wantedRust} or newer.`, { hint });
  }
}

/** Checks the parts of Rust that only the tests need. */
export function checkRustComponents() {
  for (const component of ['fmt', 'clippy']) {
    if (version('cargo', [component, '--version']) === null) {
      throw new StepFailed(`cargo ${component} is missing.`, {
        hint: 'Run: rustup component add rustfmt clippy',
      });
    }
  }
}

/**
 * The version a tool prints about itself, or null when it cannot be run.
 *
 * @param {string} tool
 * @param {string[]} args
 */
export function version(tool, args = ['--version']) {
  try {
    const text = execFileSync(tool, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /\d+(\.\d+)+/.exec(text)?.[0] ?? '0';
  } catch {
    return null;
  }
}

/** Where cargo puts what it builds: the person may have moved it. */
export function targetFolder() {
  const text = execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text).target_directory;
}

/** @param {string} text */
function numbers(text) {
  return (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
}

/**
 * @param {string} have
 * @param {number[]} want
 */
function isOlder(have, want) {
  const parts = numbers(have);
  for (const [index, wanted] of want.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
