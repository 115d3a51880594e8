/**
 * Runs every test there is, after setting up all that they need, and ends in a line `N passed, N failed`.
 *
 *   --only <folder>   the tests of one folder under test/, e.g. `--only runtime`
 *   --grep <text>     the tests with this in their title
 *   --coverage        what the first run covered, as a summary and as pages in coverage/
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { lint } from './lib/lint.mjs';
import { runMocha } from './lib/mocha.mjs';
import { StepError, seconds, step } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';
import { nodeRed5, setupNodeRed5, setupPackages } from './setup-packages.mjs';
import { setupServers } from './setup-servers.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    grep: { type: 'string' },
    coverage: { type: 'boolean', default: false },
  },
});

/** What each run covers is added up; the last one reports it. */
function coverage(first, last) {
  const reporters = last ? ['--reporter=text-summary', '--reporter=html'] : ['--reporter=none'];
  return [
    tools.c8,
    ...reporters,
    '--reports-dir=coverage',
    `--clean=${first}`,
    '--include=dist/src/**',
    '--include=dist/nodes/**',
    process.execPath,
  ];
}

/** Every folder of tests that needs servers. */
const others = '{editor,integration,package,runtime}';

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  await runTests();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runTests() {
  const unitOnly = options.only === 'unit';
  const withNodeRed5 = options.only === undefined || options.only.split('/')[0] === 'runtime';

  await step('Packages', setupPackages);
  const node22 = withNodeRed5 ? await step('Node-RED 5 and Node.js 22', setupNodeRed5) : undefined;
  if (!unitOnly) await step('Servers and browser', setupServers);
  await step('Formatting and lint', lint);
  await step('Build', build);

  // Node-RED's test helper, which the unit tests use, and a whole Node-RED cannot share a process.
  const folders = options.only === undefined ? ['unit', others] : [options.only];
  for (const [index, folder] of folders.entries()) {
    const covered = coverage(index === 0, index === folders.length - 1);
    const args = [...(options.coverage ? covered : []), ...mocha(folder)];
    const title = `${titleOf(folder)} on Node.js ${process.version}`;
    if (!(await run(title, process.execPath, args))) return;
  }
  if (node22 !== undefined) {
    const environment = { NODE_RED_HOME: nodeRed5 };
    const title = 'Runtime tests on Node.js 22 and Node-RED 5';
    await run(title, node22, mocha(options.only ?? 'runtime'), environment);
  }
}

function titleOf(folder) {
  return folder === others ? 'All other tests' : `Tests in ${folder}`;
}

function mocha(folder) {
  const files = ['dist/test', folder, '**/*.test.js'].filter(Boolean).join('/');
  const grep = options.grep === undefined ? [] : ['--fgrep', options.grep];
  return [tools.mocha, '--forbid-only', ...grep, files];
}

/** Whether the next run may begin: not after Ctrl-C. */
async function run(title, command, args, env) {
  console.log(`\n${title}`);
  const started = performance.now();
  const { counts, interrupted } = await runMocha(command, args, env);
  for (const key of Object.keys(total)) total[key] += counts[key];
  console.log(`${title}: ${seconds(performance.now() - started)}\n`);
  return !interrupted;
}
