// npm run bench: what the app, the engine and the backend achieve, each figure beside its limit.
//
//   npm run bench                                everything; the table goes to docs/performance.md
//   npm run bench -- --only search,window        some parts; the others keep what was measured before
//   npm run bench -- --quick                     a short look at less data; nothing is written down
//
// Parts: window, engine, search, send, backend. Nothing here fails because something is slow.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureNodeModules } from './lib/nodeModules.mjs';
import { ensurePages } from './lib/pages.mjs';
import { explain, root, StepFailed, Steps } from './lib/steps.mjs';
import { ensurePackages } from './lib/systemPackages.mjs';
import { checkToolchain, targetFolder } from './lib/toolchain.mjs';
import { parts, row, shown } from '../tests/bench/figures.mjs';

/** The measurements of cubist-bench that make up each part. */
const PROGRAMS = {
  engine: ['incoming'],
  search: ['search'],
  send: ['send'],
  files: ['files'],
  backend: ['fan-out', 'idle'],
};

const DOCUMENT = join(root, 'docs/performance.md');
const BEGIN = '<!-- figures: written by npm run bench -->';
const END = '<!-- end of the figures -->';

async function main() {
  const { chosen, quick } = read(process.argv.slice(2));
  const steps = new Steps('test-output/bench');
  checkToolchain();
  await ensurePackages(steps, ['build', 'display', 'tests']);
  await ensureNodeModules(steps);
  await ensurePages(steps);
  const folder = await build(steps);
  const work = join(targetFolder(), 'bench');
  mkdirSync(work, { recursive: true });
  const results = join(work, 'results.json');

  /** @type {Record<string, { date: string, series: Record<string, import('../tests/bench/figures.mjs').Series> }>} */
  const measured = quick || !existsSync(results) ? {} : JSON.parse(readFileSync(results, 'utf8'));
  for (const part of chosen) {
    const series = await steps.step(`Measuring ${part}`, () =>
      part === 'window'
        ? measureWindow(steps, folder, work, quick)
        : runPart(steps, folder, work, part, quick),
    );
    measured[part] = { date: new Date().toISOString().slice(0, 10), series };
    show(part, series);
    // Kept at once: a later part that goes wrong takes nothing with it.
    if (!quick) writeFileSync(results, JSON.stringify(measured));
  }
  if (!quick) {
    writeDocument(measured);
    console.log(`Written to ${DOCUMENT}`);
  }
}

/** @param {readonly string[]} given */
function read(given) {
  const names = Object.keys(parts);
  let chosen = names;
  let quick = false;
  for (let at = 0; at < given.length; at += 1) {
    if (given[at] === '--quick') quick = true;
    else if (given[at] === '--only') {
      at += 1;
      chosen = (given[at] ?? '').split(',');
    } else
      throw new StepFailed(`Unknown argument ${given[at]}. There are --quick and --only ${names.join(',')}.`);
  }
  const unknown = chosen.find((part) => !names.includes(part));
  if (unknown !== undefined)
    throw new StepFailed(`There is no part “${unknown}”. There are ${names.join(', ')}.`);
  return { chosen, quick };
}

/**
 * One build of everything, so that nothing is compiled twice.
 *
 * @param {Steps} steps
 */
async function build(steps) {
  const programs = ['cubist', 'cubist-server', 'cubist-bench'].flatMap((name) => ['--bin', name]);
  await steps.step('Building with optimisation (some ten minutes the first time)', () =>
    steps.run('cargo-build', 'cargo', ['build', '--workspace', '--locked', '--release', ...programs]),
  );
  return join(targetFolder(), 'release');
}

/**
 * @param {Steps} steps
 * @param {string} folder of the programs
 * @param {string} work
 * @param {string} part
 * @param {boolean} quick
 */
async function runPart(steps, folder, work, part, quick) {
  /** @type {Record<string, import('../tests/bench/figures.mjs').Series>} */
  const found = {};
  for (const program of PROGRAMS[part]) {
    const args = [program, '--work', work, ...(quick ? ['--quick'] : [])];
    for (const line of await bench(steps, folder, program, args)) {
      const { series, unit, samples } = line;
      found[series] = { unit, samples };
    }
  }
  return found;
}

/**
 * Runs cubist-bench and gives back what it printed, line by line.
 *
 * @param {Steps} steps
 * @param {string} folder
 * @param {string} name of the log
 * @param {string[]} args
 */
function bench(steps, folder, name, args) {
  const log = steps.log(name);
  writeFileSync(log, '');
  return new Promise((resolve, reject) => {
    const child = spawn(join(folder, 'cubist-bench'), args, {
      cwd: root,
      env: { ...process.env, CUBIST_BIN_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => writeFileSync(log, chunk, { flag: 'a' }));
    child.once('error', (error) =>
      reject(new StepFailed(`cubist-bench could not be started: ${error.message}`)),
    );
    child.once('close', (code, signal) => {
      if (code !== 0) reject(new StepFailed(`cubist-bench ${args[0]} ended with ${code ?? signal}`, { log }));
      else
        resolve(
          text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        );
    });
  });
}

/**
 * @param {Steps} steps
 * @param {string} folder
 * @param {string} work
 * @param {boolean} quick
 */
async function measureWindow(steps, folder, work, quick) {
  // The tests of the window look for the app of this profile.
  process.env.CUBIST_PROFILE = 'release';
  const { measureWindow: measure } = await import('../tests/bench/window.mjs');
  const log = steps.log('window');
  writeFileSync(log, '');
  return measure({
    app: join(folder, 'cubist'),
    quick,
    progress: (what) => writeFileSync(log, `${what}\n`, { flag: 'a' }),
    seed: async (dataDir, dialogs, messages) => {
      const args = ['seed', '--work', work, '--data-dir', dataDir];
      const size = ['--dialogs', String(dialogs), '--messages', String(messages)];
      const [line] = await bench(steps, folder, 'seed', [...args, ...size]);
      return line;
    },
  });
}

/**
 * @param {string} part
 * @param {Record<string, import('../tests/bench/figures.mjs').Series>} series
 */
function show(part, series) {
  for (const figure of parts[part].figures) {
    const found = row(figure, series);
    if (found === null) continue;
    const { own, limit } = found;
    const verdict = found.isMet === null ? '' : found.isMet ? '  met' : '  MISSED';
    console.log(
      `  ${found.title}: ${shown(own.median)} ${own.unit} (p95 ${shown(own.p95)}), goal ${found.goal}${verdict}`,
    );
    if (limit)
      console.log(`    ${limit.title}: ${shown(limit.median)} ${limit.unit} (p95 ${shown(limit.p95)})`);
  }
}

/** @param {Record<string, { date: string, series: Record<string, import('../tests/bench/figures.mjs').Series> }>} measured */
function writeDocument(measured) {
  const lines = [BEGIN, '', machine(), ''];
  for (const [name, part] of Object.entries(parts)) {
    const result = measured[name];
    if (result === undefined) continue;
    lines.push(`## ${part.title}`, '', `Measured on ${result.date}. ${part.about}`, '');
    lines.push('| figure | median | p95 | goal | met | limit beside it | what limits it |');
    lines.push('|---|---|---|---|---|---|---|');
    for (const figure of part.figures) {
      const found = row(figure, result.series);
      if (found === null) continue;
      const { own, limit } = found;
      const beside = limit
        ? `${limit.title}: ${shown(limit.median)} ${limit.unit} (p95 ${shown(limit.p95)})`
        : '—';
      const met = found.isMet === null ? '—' : found.isMet ? 'yes' : '**no**';
      const cells = [found.title, `${shown(own.median)} ${own.unit}`, `${shown(own.p95)} ${own.unit}`];
      lines.push(`| ${[...cells, found.goal, met, beside, found.limitedBy].join(' | ')} |`);
    }
    lines.push('');
  }
  lines.push(END);
  const before = existsSync(DOCUMENT)
    ? readFileSync(DOCUMENT, 'utf8')
    : `# Performance\n\n${BEGIN}\n${END}\n`;
  const [head, rest] = before.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (tail === undefined)
    throw new StepFailed(`${DOCUMENT} has lost the marks between which the figures stand.`);
  writeFileSync(DOCUMENT, `${head}${lines.join('\n')}${tail}`);
}

function machine() {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const system = /^PRETTY_NAME="(.*)"/m.exec(
    existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '',
  )?.[1];
  return (
    `Machine: ${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores, ${gigabytes} GB of ` +
    `memory, ${system ?? process.platform}, kernel ${release()}, ${existsSync('/dev/dri') ? 'with' : 'no'} graphics card.`
  );
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
