/** One run of mocha in a process of its own, and what it counted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './run.mjs';

/** A run that takes longer is one that hangs. */
const limit = 20 * 60_000;
/** How long a run may stay after its last test, before it counts as one that left something open. */
const patience = 30_000;

/**
 * Runs the command, whose reporter writes its counts, and shows what it prints.
 * A run that was stopped, or that failed in a way its counts do not show, counts as one more failure.
 * `interrupted` says that we were told to end, so that no other run is begun.
 */
export async function runMocha(command, args, env = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'test-counts-'));
  const file = path.join(folder, 'counts.json');
  try {
    const problem = await runToItsEnd(command, args, { ...env, INVERS_TEST_COUNTS: file });
    const { over, ...counts } = readCounts(file);
    if (problem !== undefined && (counts.failed === 0 || !over || problem.stopped)) {
      console.error(`\n${problem.message}`);
      counts.failed += 1;
    }
    return { counts, interrupted: problem?.interrupted ?? false };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the reporter wrote them last; it may be writing at this moment. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, over: false };
  }
}

/** What was wrong with how it ended, or undefined. */
async function runToItsEnd(command, args, env) {
  // A process group of its own, so that what the tests started can be stopped together with them.
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  let problem;
  const stop = (message) => {
    problem = { message, stopped: true };
    signalGroup(child, 'SIGKILL');
  };
  const overall = setTimeout(
    () => stop(`The run was stopped after ${limit / 60_000} minutes.`),
    limit,
  );
  let overSince;
  const afterwards = setInterval(() => {
    if (!readCounts(env.INVERS_TEST_COUNTS).over) return;
    overSince ??= Date.now();
    if (Date.now() - overSince < patience) return;
    stop(`The run did not end ${patience / 1000} s after its last test and was stopped.`);
  }, 500);
  const forward = (signal) => {
    problem = {
      message: `The run was interrupted by ${signal}.`,
      stopped: true,
      interrupted: true,
    };
    signalGroup(child, signal);
  };
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ message: error.message, stopped: true }));
      child.once('exit', (code, signal) => {
        const failure =
          code === 0 ? undefined : { message: `The run ended with ${code ?? signal}.` };
        resolve(problem ?? failure);
      });
    });
  } finally {
    clearTimeout(overall);
    clearInterval(afterwards);
    process.off('SIGINT', forward);
    process.off('SIGTERM', forward);
  }
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
