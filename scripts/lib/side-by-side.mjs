/** Runs of mocha side by side: what they print is told apart, and how far they are is said from time to time. */
import os from 'node:os';
import { startMocha } from './mocha.mjs';
import { seconds } from './run.mjs';

/** More than there are processors, because most tests wait for a server most of the time. */
const jobs = Number(process.env.INVERS_TEST_JOBS) || Math.max(2, 3 * os.availableParallelism());
/** Milliseconds between two lines that say how far the runs are. */
const newsEvery = 30_000;

/** Runs all, the first ones first, and returns what each counted, in the same order. Ctrl-C ends them all. */
export async function runSideBySide(runs, limitFactor) {
  const interruption = new AbortController();
  const interrupt = (signal) => interruption.abort(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, interrupt);
  const started = performance.now();
  const running = new Map();
  const news = setInterval(() => tellNews(running, performance.now() - started), newsEvery);
  const results = [];
  const waiting = runs.entries();
  const work = async () => {
    for (const [index, run] of waiting) {
      if (interruption.signal.aborted) return;
      results[index] = await runOne(run);
    }
  };
  const runOne = async (run) => {
    const since = performance.now();
    const mocha = startMocha({
      ...run,
      ...(runs.length > 1 ? { show: (text) => print(run.name, text) } : {}),
      interruption: interruption.signal,
      limitFactor,
    });
    running.set(run.name, mocha);
    const counted = await mocha.ended;
    running.delete(run.name);
    console.log(`${run.name}: ${countsText(counted)}, ${seconds(performance.now() - since)}`);
    return counted;
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, runs.length) }, work));
    return results.filter(Boolean);
  } finally {
    clearInterval(news);
    for (const signal of signals) process.off(signal, interrupt);
  }
}

export function countsText({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function print(name, text) {
  const lines = text.trimEnd().split('\n');
  process.stdout.write(lines.map((line) => `${name} │ ${line}`.trimEnd().concat('\n')).join(''));
}

function tellNews(running, milliseconds) {
  const [minutes, rest] = [Math.floor(milliseconds / 60_000), Math.floor(milliseconds / 1000) % 60];
  const parts = [...running].map(([name, mocha]) => {
    const { passed, failed } = mocha.counts();
    return `${name} ${passed}${failed > 0 ? ` (${failed} failed)` : ''}`;
  });
  console.log(`after ${minutes}:${String(rest).padStart(2, '0')}  ${parts.join(' · ')}`);
}
