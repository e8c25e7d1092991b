// What the system knows of a process and its children.

import { readdirSync, readFileSync } from 'node:fs';

/**
 * A process and everything it started, directly or not.
 *
 * @param {number} pid
 */
export function family(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    waiting.push(...(children.get(next) ?? []));
  }
  return found;
}

/** @param {number} pid */
function parentOf(pid) {
  try {
    // The name stands in brackets and may hold anything; the state and the parent follow it.
    const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return Number(after.split(' ')[1]);
  } catch {
    return null;
  }
}

/**
 * Memory of the processes in megabytes (10^6 bytes), shared pages counted by their share, by name.
 *
 * @param {readonly number[]} pids
 */
export function memory(pids) {
  let total = 0;
  /** @type {Record<string, number>} */
  const each = {};
  for (const pid of pids) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const megabytes = (kilobytes * 1024) / 1e6;
      each[name] = (each[name] ?? 0) + megabytes;
      total += megabytes;
    } catch {
      // Ended between the listing and the look.
    }
  }
  return { total, each };
}
