/** Runs unit tests for StrykerJS in its own process: only those asked for, on modules loaded anew, so that no break outlives its run. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'unit', createUnitTestRunner),
];

const { cache } = createRequire(import.meta.url);
const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;
/** What the broken code looks at. */
globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
const instrumenter = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];

function createUnitTestRunner() {
  return {
    capabilities: () => ({ reloadEnvironment: true }),

    async dryRun({ disableBail, files }) {
      instrumenter.activeMutant = undefined;
      const tests = await runTests(filesThatLoad(files), { bail: !disableBail });
      const { mutantCoverage } = instrumenter;
      return { status: DryRunStatus.Complete, tests, mutantCoverage };
    },

    async mutantRun(options) {
      const { activeMutant, disableBail, hitLimit, mutantActivation } = options;
      // what is broken while modules are loaded concerns every test that loads it
      const ids = options.testFilter;
      const files = ids ? filesOf(ids) : filesThatLoad([options.sandboxFileName]);
      const activate = () => {
        instrumenter.activeMutant = activeMutant.id;
      };
      instrumenter.hitLimit = hitLimit;
      instrumenter.hitCount = hitLimit === undefined ? undefined : 0;
      instrumenter.activeMutant = undefined;
      if (mutantActivation === 'static') activate();
      let tests;
      try {
        const only = ids && new Set(ids);
        tests = await runTests(files, { bail: !disableBail, only, loaded: activate });
      } catch (error) {
        // A break that does not even load is seen by whoever starts the program, and counts as none.
        return { status: MutantRunStatus.Error, errorMessage: String(error.stack) };
      }
      const reached = determineHitLimitReached(instrumenter.hitCount, hitLimit);
      return toMutantRunResult(reached ?? { status: DryRunStatus.Complete, tests });
    },
  };
}

/** Their results, in StrykerJS' words; only tests with these ids where ids are given. */
async function runTests(files, { bail, only, loaded }) {
  forgetModules();
  const results = [];
  const mocha = new Mocha({ reporter: class Silent {}, bail, timeout: 60_000 });
  for (const file of files) mocha.addFile(path.resolve(file));
  mocha.suite.beforeEach(function tellWhichTest() {
    instrumenter.currentTestId = idOf(this.currentTest);
  });
  mocha.suite.afterEach(function tellNoTest() {
    instrumenter.currentTestId = undefined;
  });
  mocha.loadFiles();
  if (only) keepOnly(mocha.suite, only);
  loaded?.();
  await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    const note = (status) => (runnable, error) => {
      // a hook that failed counts for the test that it was for
      const test = runnable.type === 'hook' ? (runnable.ctx?.currentTest ?? runnable) : runnable;
      results.push({
        id: idOf(test),
        name: test.fullTitle(),
        fileName: test.file && sourceOf(test.file),
        timeSpentMs: test.duration ?? 0,
        status,
        ...(error && { failureMessage: String(error.stack ?? error) }),
      });
    };
    runner.on(EVENT_TEST_PASS, note(TestStatus.Success));
    runner.on(EVENT_TEST_FAIL, note(TestStatus.Failed));
    runner.on(EVENT_TEST_PENDING, note(TestStatus.Skipped));
  });
  mocha.dispose();
  return results;
}

/**
 * The test files whose modules, and the modules of those, are among these sources. What a test runs in
 * another process is whole there: such tests see nothing, and take long.
 */
function filesThatLoad(sources) {
  const wanted = new Set(sources?.map((source) => path.relative('.', source)));
  const tests = JSON.parse(readFileSync(path.join('dist', 'unit-tests.json'), 'utf8'));
  const places = process.env.MUTATE_TESTS?.split(path.delimiter).filter(Boolean) ?? [];
  const isAsked = (file) => places.some((place) => sourceOf(file).startsWith(path.resolve(place)));
  return Object.keys(tests).filter(
    (file) =>
      !file.endsWith('-processes.test.js') &&
      (places.length === 0 || isAsked(file)) &&
      (!sources || tests[file].some((name) => wanted.has(name))),
  );
}

/** What StrykerJS knows of is what was there before it was turned into JavaScript. */
function sourceOf(file) {
  return path.resolve(path.relative('dist', file).replace(/js$/, 'ts'));
}

/** The file stands first in the id: the process that runs a test need not have seen it before. */
function idOf(test) {
  return `${test.file && path.relative('.', test.file)} ${test.fullTitle()}`;
}

function filesOf(ids) {
  return [...new Set(ids.map((id) => id.slice(0, id.indexOf(' '))))];
}

function keepOnly(suite, ids) {
  suite.tests = suite.tests.filter((test) => ids.has(idOf(test)));
  for (const inner of suite.suites) keepOnly(inner, ids);
}

function forgetModules() {
  const own = path.resolve('dist') + path.sep;
  for (const file of Object.keys(cache)) if (file.startsWith(own)) delete cache[file];
}
