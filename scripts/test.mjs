/**
 * Runs every test there is, after setting up all that they need, and ends in a line `N passed, N failed`.
 *
 *   <file> …          only the tests in these files, e.g. `test/unit/filter/route.test.ts`, without lint
 *   --only <folder>   the tests of one folder under test/, e.g. `--only runtime`
 *   --grep <text>     the tests with this in their title
 *   --long            twenty times as many generated cases, and longer chaos, or INVERS_TEST_RUNS times as many
 *   --coverage        which lines all the runs reached, as a summary and as pages in coverage/
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { measured, reportCoverage, requireCoverage } from './lib/coverage.mjs';
import { lint } from './lib/lint.mjs';
import { StepError, step } from './lib/run.mjs';
import { countsText, runSideBySide } from './lib/side-by-side.mjs';
import { allRuns, effortFactor, isRuntime, runOfFiles, runsIn } from './lib/test-runs.mjs';
import { setupNodeRed5, setupPackages, setupPackagesOfOthers } from './setup-packages.mjs';
import { setupServers } from './setup-servers.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      grep: { type: 'string' },
      coverage: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
    },
  });
  if (values.long) process.env.INVERS_TEST_RUNS ||= '20';
  await runTests(values, positionals);
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  total.failed += 1;
}
console.log(countsText(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function runTests({ only, grep, coverage }, files) {
  const factor = effortFactor();
  const runs = files.length > 0 ? await prepareFiles(files, grep) : await prepare(only, grep);
  const isWhole = only === undefined && grep === undefined && files.length === 0;
  const unit = isWhole ? runs.find(({ name }) => name === 'unit') : undefined;
  const observed = runs.filter((run) => coverage || run === unit);
  console.log();
  const results = await runSideBySide(
    runs.map((run) => (observed.includes(run) ? measured(run) : run)),
    factor,
  );
  console.log();
  addUp(results);
  if (grep !== undefined && total.passed + total.failed + total.skipped === 0) {
    throw new StepError(`No test has “${grep}” in its title.`);
  }
  if (coverage) await reportCoverage(observed);
  if (unit && total.failed === 0) await step('Coverage of src/', () => requireCoverage(unit));
}

async function prepare(only, grep) {
  const withNodeRed5 = only === undefined || isRuntime(only);
  const [nodeForNodeRed5] = await step('Packages', () =>
    Promise.all([
      withNodeRed5 ? setupNodeRed5() : undefined,
      setupPackages(),
      only === undefined || only === 'recipes' ? setupPackagesOfOthers() : undefined,
    ]),
  );
  if (only?.split('/')[0] !== 'unit') await step('Servers and browser', setupServers);
  await step('Formatting and lint', lint);
  await step('Build', build);
  return only === undefined ? allRuns(grep, nodeForNodeRed5) : runsIn(only, grep, nodeForNodeRed5);
}

async function prepareFiles(files, grep) {
  const run = runOfFiles(files, grep);
  await step('Packages', setupPackages);
  if (files.some((file) => file.includes('test/recipes/'))) await setupPackagesOfOthers();
  if (!files.every((file) => file.includes('test/unit/'))) await setupServers();
  await step('Build', build);
  return [run];
}

function addUp(results) {
  const failures = results.flatMap((counted) => counted.failures);
  for (const key of Object.keys(total)) {
    for (const counted of results) total[key] += counted[key];
  }
  if (results.length > 1 && failures.length > 0) {
    console.log(`Failed:\n${failures.map((title) => `  ${title}`).join('\n')}\n`);
  }
}
