/** Runs a contestant's program in a process of its own, from start to orderly end, and returns what it measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, Job, Program } from './contestant';
import { jobToEnvironment, type Measurement } from './meter';

export interface ProcessOptions {
  /** Ends the process as soon as it is aborted. */
  readonly signal: AbortSignal;
  /** A folder for its CPU profile. */
  readonly cpuProf: string | undefined;
}

/** Node-RED gives a node 15 s to close. */
const stopTimeout = 20_000;

export async function measure(
  contestant: Contestant,
  job: Job,
  options: ProcessOptions,
): Promise<Measurement> {
  options.signal.throwIfAborted();
  const program = contestant.prepare(job);
  try {
    return await run(contestant.name, program, job, options);
  } finally {
    program.dispose?.();
  }
}

async function run(
  name: string,
  program: Program,
  job: Job,
  { signal, cpuProf }: ProcessOptions,
): Promise<Measurement> {
  const nodeArgs = [
    ...(job.sampleEvery === undefined ? [] : ['--expose-gc']),
    ...(cpuProf === undefined ? [] : profileArgs(cpuProf, name)),
  ];
  const child = spawn(process.execPath, [...nodeArgs, program.file, ...(program.args ?? [])], {
    env: { ...process.env, ...jobToEnvironment(job), ...program.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit').then(([code, ending]) => String(code ?? ending));
  // Far slower than any machine that is worth measuring on.
  const limit = 120_000 + (job.warmUp + job.events) * 2;
  const over = new AbortController();
  try {
    const measurement = await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as Measurement),
      exit.then((ending) => {
        throw new Error(`${name} ended with ${ending} before it had taken all events.`);
      }),
      failAfter(limit, `${name} had not taken all events after ${limit / 1000} s.`, over.signal),
    ]);
    child.kill('SIGTERM');
    const tooLate = `${name} had not ended ${stopTimeout / 1000} s after SIGTERM.`;
    await Promise.race([exit, failAfter(stopTimeout, tooLate, over.signal)]);
    return measurement;
  } finally {
    over.abort();
    await end(child, exit);
  }
}

async function end(child: ChildProcess, exit: Promise<string>): Promise<void> {
  // Without effect on one that has ended.
  child.kill('SIGKILL');
  await exit;
}

async function failAfter(limit: number, message: string, signal: AbortSignal): Promise<never> {
  await sleep(limit, undefined, { signal });
  throw new Error(message);
}

function profileArgs(folder: string, name: string): string[] {
  const file = `${name.replaceAll(/\W+/g, '-')}-${Date.now()}.cpuprofile`;
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
}
