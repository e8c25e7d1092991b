// npm test: everything the pipeline runs, stage by stage.
//
//   npm test                               all of it
//   npm test -- --only clippy,rust-tests   some stages, and nothing else
//   npm test -- --list                     their names
//
// A stage that fails does not stop the ones that do not need it. The last line counts the tests of all runners,
// and each stage without tests of its own as one.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { counts, readers, sum } from './lib/counts.mjs';
import { ensureNodeModules, moduleScript } from './lib/nodeModules.mjs';
import { buildPages } from './lib/pages.mjs';
import { duration, explain, root, StepFailed, Steps } from './lib/steps.mjs';
import { ensurePackages } from './lib/systemPackages.mjs';
import { checkRustComponents, checkToolchain, targetFolder, version } from './lib/toolchain.mjs';

const steps = new Steps('test-output');

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} title
 * @property {string[]} needs stages without whose success this one means nothing
 * @property {() => Promise<import('./lib/counts.mjs').Counts | void>} work
 */

/** @type {Stage[]} */
const stages = [
  {
    name: 'machine',
    title: 'Node, Rust and system packages',
    needs: [],
    work: async () => {
      checkToolchain();
      checkRustComponents();
      await ensurePackages(steps, ['build', 'display', 'tests']);
    },
  },
  { name: 'npm', title: 'npm packages as locked', needs: ['machine'], work: () => ensureNodeModules(steps) },
  { name: 'rustfmt', title: 'Format of the Rust sources', needs: ['machine'], work: rustfmt },
  { name: 'prettier', title: 'Format of the other sources', needs: ['npm'], work: prettier },
  { name: 'words', title: 'Every sentence in every language', needs: ['npm'], work: words },
  { name: 'ui-build', title: 'The pages', needs: ['npm'], work: async () => void (await buildPages(steps)) },
  { name: 'ui-check', title: 'Types of the pages', needs: ['ui-build'], work: svelteCheck },
  { name: 'ui-lint', title: 'ESLint', needs: ['ui-build'], work: eslint },
  { name: 'ui-unit', title: 'Unit tests of the pages', needs: ['ui-build'], work: vitest },
  {
    name: 'scripts',
    title: 'Tests of the scripts',
    needs: ['npm'],
    work: () => nodeTests('scripts', 'tests/scripts'),
  },
  { name: 'licences', title: 'Licences and origins of the crates', needs: ['machine'], work: cargoDeny },
  { name: 'clippy', title: 'Clippy', needs: ['ui-build'], work: clippy },
  { name: 'rust-build', title: 'Building the programs and the tests', needs: ['ui-build'], work: rustBuild },
  { name: 'rust-tests', title: 'Rust tests', needs: ['rust-build'], work: rustTests },
  { name: 'doc-tests', title: 'Examples in the documentation', needs: ['rust-build'], work: docTests },
  {
    name: 'ui-browser',
    title: 'The pages in a browser',
    needs: ['ui-build'],
    work: () => nodeTests('ui-browser', 'tests/ui'),
  },
  {
    name: 'sdk',
    title: 'The official SDK',
    needs: ['npm', 'rust-build'],
    work: () => nodeTests('sdk', 'tests/sdk'),
  },
  {
    name: 'window',
    title: 'The real window',
    needs: ['npm', 'rust-build'],
    work: () => nodeTests('window', 'tests/window'),
  },
];

async function rustfmt() {
  await steps.run('rustfmt', 'cargo', ['fmt', '--all', '--check', '--', '--color', 'never'], {
    hint: 'To mend it: cargo fmt --all',
  });
}

async function prettier() {
  await node(
    'prettier',
    'prettier/bin/prettier.cjs',
    ['--check', '--log-level', 'warn', '.'],
    'npm run format',
  );
}

async function words() {
  await steps.run('words', process.execPath, [join(root, 'scripts/words.mjs')]);
}

async function svelteCheck() {
  await node('ui-check', 'svelte-check/bin/svelte-check', [
    '--workspace',
    'ui',
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ]);
}

async function eslint() {
  await node('ui-lint', 'eslint/bin/eslint.js', ['--max-warnings', '0', 'ui']);
}

async function vitest() {
  const args = [
    'run',
    '--config',
    existsSync(join(root, 'ui/vitest.config.ts')) ? 'ui/vitest.config.ts' : 'ui/vite.config.ts',
  ];
  return counted('ui-unit', 'vitest', () => node('ui-unit', 'vitest/vitest.mjs', args));
}

async function cargoDeny() {
  if (version('cargo', ['deny', '--version']) === null) {
    // Kept in cargo's own folder, so that it is compiled once per machine.
    await steps.run('cargo-deny-install', 'cargo', ['install', 'cargo-deny', '--locked']);
  }
  // Advisories need a database from the network, so that a change elsewhere could fail a run here.
  await steps.run('licences', 'cargo', ['deny', '--locked', 'check', 'bans', 'licenses', 'sources']);
}

async function clippy() {
  const args = ['clippy', '--workspace', '--all-targets', '--locked', '--', '-D', 'warnings'];
  await steps.run('clippy', 'cargo', args);
}

// Every call names the whole workspace and no features, so that cargo sees one set of features and compiles nothing
// twice; the programs are built with the tests for the same reason, since these want an app without a window of Tauri.
// The programs are built apart because tests start them as processes of their own.
async function rustBuild() {
  await steps.run('rust-build', 'cargo', ['build', '--workspace', '--all-targets', '--locked']);
  await steps.run('rust-build', 'cargo', ['test', '--workspace', '--locked', '--no-run'], { append: true });
}

async function rustTests() {
  const env = { CUBIST_BIN_DIR: join(targetFolder(), 'debug') };
  if (version('cargo', ['nextest', '--version']) === null) {
    const args = ['test', '--workspace', '--locked', '--lib', '--bins', '--tests', '--no-fail-fast'];
    return counted('rust-tests', 'cargoTest', () => steps.run('rust-tests', 'cargo', args, { env }));
  }
  const args = ['nextest', 'run', '--workspace', '--locked', '--no-fail-fast', '--no-tests', 'fail'];
  const quiet = [
    '--status-level',
    'fail',
    '--final-status-level',
    'slow',
    '--failure-output',
    'final',
    '--color',
    'never',
  ];
  return counted('rust-tests', 'nextest', () =>
    steps.run('rust-tests', 'cargo', [...args, ...quiet], { env }),
  );
}

async function docTests() {
  return counted('doc-tests', 'cargoTest', () =>
    steps.run('doc-tests', 'cargo', ['test', '--workspace', '--locked', '--doc', '--no-fail-fast']),
  );
}

/**
 * Runs the specs of a folder with Node's own runner.
 *
 * @param {string} name
 * @param {string} folder
 */
async function nodeTests(name, folder) {
  // Named one by one: what the runner makes of a folder differs between versions of Node.
  const specs = readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.spec.mjs'))
    .sort()
    .map((path) => join(folder, path));
  if (specs.length === 0) throw new StepFailed(`${folder} holds no *.spec.mjs`);
  // One after the other: each starts servers and browsers of its own, and the machine may have two cores.
  const args = ['--test', '--test-concurrency=1', '--test-reporter=spec', ...specs];
  const env = existsSync(join(root, 'target')) ? { CUBIST_BIN_DIR: join(targetFolder(), 'debug') } : {};
  return counted(name, 'nodeTest', () => steps.run(name, process.execPath, args, { env }));
}

/**
 * Counts the tests of a runner whether it passes or fails; a runner that closes on no test has failed.
 *
 * @param {string} name
 * @param {keyof typeof readers} reader
 * @param {() => Promise<string>} work
 */
async function counted(name, reader, work) {
  const text = await work().catch((error) => {
    if (error instanceof StepFailed) error.counts = readers[reader](error.readLog());
    throw error;
  });
  const found = readers[reader](text);
  if (found === null)
    throw new StepFailed('The runner closed without saying how many tests it ran.', { log: steps.log(name) });
  return found;
}

/**
 * @param {string} name
 * @param {string} path of the command's script below node_modules
 * @param {string[]} args
 * @param {string} [mend] the command that mends what is found
 */
function node(name, path, args, mend) {
  const hint = mend === undefined ? undefined : `To mend it: ${mend}`;
  return steps.run(name, process.execPath, [moduleScript(path), ...args], { hint });
}

/** @param {string[]} args */
function chosenStages(args) {
  const at = args.indexOf('--only');
  if (at === -1) return stages;
  const names = (args[at + 1] ?? '').split(',');
  for (const name of names) {
    if (!stages.some((stage) => stage.name === name)) {
      throw new StepFailed(`There is no stage "${name}".`, { hint: `The stages: ${stageNames()}` });
    }
  }
  // On their own: the developer who names a stage knows what is built.
  return stages.filter((stage) => names.includes(stage.name)).map((stage) => ({ ...stage, needs: [] }));
}

function stageNames() {
  return stages.map((stage) => stage.name).join(' ');
}

async function main() {
  const args = process.argv.slice(2);
  if (args.includes('--list')) {
    for (const stage of stages) console.log(`${stage.name.padEnd(12)} ${stage.title}`);
    return;
  }
  const chosen = chosenStages(args);
  checkToolchain();
  const started = performance.now();
  /** @type {Map<string, boolean>} */
  const outcome = new Map();
  const found = [];
  for (const stage of chosen) {
    const missing = stage.needs.filter((need) => outcome.get(need) === false);
    if (missing.length > 0) {
      console.log(`- ${stage.title}: not run, since it needs ${missing.join(', ')}`);
      outcome.set(stage.name, false);
      found.push(counts(0, 0, 1));
      continue;
    }
    try {
      // Without tests of its own a stage counts as one.
      found.push((await steps.step(stage.title, stage.work)) ?? counts(1, 0, 0));
      outcome.set(stage.name, true);
    } catch (error) {
      explain(error);
      console.error('');
      const own = error instanceof StepFailed ? error.counts : null;
      found.push(own !== null && own.failed > 0 ? own : counts(0, 1, 0));
      outcome.set(stage.name, false);
    }
  }
  const total = sum(found);
  const failed = [...outcome].filter(([, passed]) => !passed).map(([name]) => name);
  console.log('');
  console.log(
    `${failed.length === 0 ? 'Everything passed' : `Not passed: ${failed.join(', ')}`}, in ${duration(performance.now() - started)}.`,
  );
  // Read by the pipeline: keep its form.
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
