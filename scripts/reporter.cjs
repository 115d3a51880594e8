/**
 * Mocha's reporter here: a dot per test, then what failed, what was slow, and the counts.
 * With INVERS_TEST_COUNTS set, the counts go to that file instead, for a script that sums up several runs: after
 * every test, because a run that is stopped does not come to its end.
 */
const { writeFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;
const shownAsSlow = 5;
const patience = 10_000;

module.exports = class Reporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const width = Math.min(process.stdout.columns ?? 80, 100);
    const finished = [];
    let column = 0;
    const mark = (sign) => (test) => {
      process.stdout.write(sign);
      if (++column % width === 0) process.stdout.write('\n');
      finished.push(test);
      note(this.stats, false);
    };
    runner.on(EVENT_TEST_PASS, mark('.'));
    runner.on(EVENT_TEST_FAIL, mark('!'));
    // node:assert puts the difference into the message already.
    runner.on(EVENT_TEST_FAIL, (_test, error) => {
      if (error.generatedMessage) error.showDiff = false;
    });
    runner.on(EVENT_TEST_PENDING, mark(','));
    runner.once(EVENT_RUN_END, () => {
      if (column % width !== 0) process.stdout.write('\n');
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      listSlowest(finished);
      if (!note(this.stats, true)) printCounts(this.stats);
      explainHanging();
    });
  }
};

function listSlowest(tests) {
  const slowest = tests
    .filter((test) => test.duration > 1000)
    .sort((a, b) => b.duration - a.duration)
    .slice(0, shownAsSlow);
  if (slowest.length === 0) return;
  console.log('\nThe slowest tests:');
  for (const test of slowest) {
    console.log(`${(test.duration / 1000).toFixed(1).padStart(6)} s  ${test.fullTitle()}`);
  }
}

/** Whether somebody wants the counts in a file. */
function note({ passes, failures, pending }, over) {
  const file = process.env.INVERS_TEST_COUNTS;
  if (!file) return false;
  const counts = { passed: passes, failed: failures, skipped: pending, over };
  writeFileSync(file, JSON.stringify(counts));
  return true;
}

function printCounts({ passes, failures, pending }) {
  console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
}

/** The process is to end by itself now. If it does not, a test left something open; the timer does not keep it. */
function explainHanging() {
  setTimeout(() => {
    const open = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe)Wrap$/.test(name));
    console.error(`The tests are over, but something keeps the process alive: ${open.join(', ')}`);
  }, patience).unref();
}
