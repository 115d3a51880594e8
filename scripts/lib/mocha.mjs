/** One run of mocha in a process of its own, and what it counted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './run.mjs';

/** Milliseconds; a run that takes longer is one that hangs. */
const limit = 20 * 60_000;
/** Milliseconds that a run may stay after its last test, before it counts as one that left something open. */
const patience = 30_000;
/** Milliseconds in which an interrupted run has to put everything away. */
const graceOfInterrupted = 20_000;

const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], over: false };

/**
 * Runs `command` with `args` and `env`, whose reporter writes its counts to a file.
 * A run that was stopped, or that failed in a way its counts do not show, counts as one more failure.
 *
 * `show` is given what it prints, in whole lines; without it, the run prints by itself.
 * `interruption` is an AbortSignal whose reason is the signal that the run is ended with.
 * `limitFactor` above 1 gives a run more time than usual.
 */
export function startMocha({ command, args, env = {}, show, interruption, limitFactor = 1 }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-counts-'));
  const file = path.join(folder, 'counts.json');
  // A process group of its own, so that what the tests started can be stopped together with them.
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, INVERS_TEST_COUNTS: file },
    stdio: show ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  if (show) for (const stream of [child.stdout, child.stderr]) passLinesOn(stream, show);
  const counts = () => readCounts(file);
  const ended = untilEnd(child, counts, interruption, limit * Math.max(1, limitFactor)).then(
    (problem) => {
      const { over, ...counted } = counts();
      rmSync(folder, { recursive: true, force: true });
      if (problem === undefined) return counted;
      if (counted.failed > 0 && over && !problem.stopped) return counted;
      console.error(problem.message);
      return {
        ...counted,
        failed: counted.failed + 1,
        failures: [...counted.failures, problem.message],
      };
    },
  );
  return { counts, ended };
}

/** As the reporter wrote them last; it may be writing at this moment. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return nothing;
  }
}

/** What was wrong with how it ended, or undefined. */
async function untilEnd(child, counts, interruption, longest) {
  let problem;
  const stop = (message) => {
    problem = { message, stopped: true };
    signalGroup(child, 'SIGKILL');
  };
  const minutes = longest / 60_000;
  const timers = [
    setTimeout(() => stop(`The run was stopped after ${minutes} minutes.`), longest),
    watchEnd(counts, () =>
      stop(`The run did not end ${patience / 1000} s after its last test and was stopped.`),
    ),
  ];
  const interrupt = () => {
    const signal = interruption.reason;
    problem = { message: `The run was interrupted by ${signal}.`, stopped: true };
    signalGroup(child, signal);
    timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), graceOfInterrupted));
  };
  interruption?.addEventListener('abort', interrupt);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ message: error.message, stopped: true }));
      child.once('close', (code, signal) => {
        const failure =
          code === 0 ? undefined : { message: `The run ended with ${code ?? signal}.` };
        resolve(problem ?? failure);
      });
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    interruption?.removeEventListener('abort', interrupt);
  }
}

function watchEnd(counts, overdue) {
  let overSince;
  return setInterval(() => {
    if (!counts().over) return;
    overSince ??= Date.now();
    if (Date.now() - overSince >= patience) overdue();
  }, 1_000);
}

/** A piece ends where a line ends, so that what runs print side by side is not torn. */
function passLinesOn(stream, show) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) show(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  });
  stream.on('end', () => {
    if (rest !== '') show(`${rest}\n`);
  });
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
