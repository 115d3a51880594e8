/**
 * Mocha's reporter here: each failure when it happens, a dot per test where somebody watches, then what was slow, and
 * the counts.
 *
 * With INVERS_TEST_COUNTS set, the counts go to that file instead, for a script that sums up several runs: after every
 * test, because a run that is stopped does not come to its end.
 */
const { writeFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;
const shownAsSlow = 5;
const patience = 10_000;
const countsFile = process.env.INVERS_TEST_COUNTS;
const isWatched = process.stdout.isTTY || !countsFile;

module.exports = class Reporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const finished = [];
    const dots = new Dots();
    const after = (sign, work) => (test, error) => {
      dots.add(sign);
      finished.push(test);
      work?.(test, error);
      this.note(false);
    };
    runner.on(EVENT_TEST_PASS, after('.'));
    runner.on(EVENT_TEST_PENDING, after(','));
    runner.on(
      EVENT_TEST_FAIL,
      after('!', (test, error) => {
        // node:assert puts the difference into the message already.
        if (error.generatedMessage) error.showDiff = false;
        dots.endLine();
        this.show(test);
      }),
    );
    runner.once(EVENT_RUN_END, () => {
      dots.endLine();
      listSlowest(finished);
      if (!this.note(true)) printCounts(this.stats);
      explainHanging();
    });
  }

  /** With its number: what is missing in a list is passed over, but counted. */
  show(test) {
    const list = [];
    list[this.failures.length - 1] = test;
    reporters.Base.list(list);
  }

  /** Whether somebody wants the counts in a file. */
  note(over) {
    if (!countsFile) return false;
    const { passes, failures, pending } = this.stats;
    const titles = this.failures.map((test) => test.fullTitle());
    const counts = { passed: passes, failed: failures, skipped: pending, failures: titles, over };
    writeFileSync(countsFile, JSON.stringify(counts));
    return true;
  }
};

class Dots {
  #width = Math.min(process.stdout.columns ?? 80, 100);
  #column = 0;

  add(sign) {
    if (!isWatched) return;
    process.stdout.write(sign);
    if (++this.#column % this.#width === 0) process.stdout.write('\n');
  }

  endLine() {
    if (this.#column % this.#width !== 0) process.stdout.write('\n');
    this.#column = 0;
  }
}

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
