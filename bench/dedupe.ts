/** What remembering event ids costs, store by store, each measured in a process of its own. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from '../test/support/redis';
import type { Arena } from './arena';
import type { ProcessOptions } from './contestant-process';
import { plainFlow } from './contestants';
import { flow } from './contestants/flow';
import type { BenchOptions } from './options';
import { rateTable, table } from './report';
import { takeTurns } from './runner';

interface Memory {
  readonly bytesPerId: number;
  readonly afterAnotherMillion: number;
  readonly lookUps: readonly { count: number; known: number; unknown: number }[];
}

interface File {
  readonly record: number;
  readonly megabytes: number;
  readonly loads: readonly { seconds: number; cpuSeconds: number }[];
}

interface RedisFigures {
  readonly rates: readonly { atOnce: number; eventsPerSecond: number; cpuMicroseconds: number }[];
}

export async function benchDedupe(
  arena: Arena,
  options: BenchOptions,
  processes: ProcessOptions & { signal: AbortSignal },
): Promise<void> {
  const { signal } = processes;
  const { bytesPerId, afterAnotherMillion, lookUps } = await measure<Memory>('memory', signal);
  console.log(
    `\nMemory: ${bytesPerId.toFixed(0)} bytes of the process per id at a million, ${afterAnotherMillion.toFixed(0)} after another million took their place\n`,
  );
  console.log(
    table(
      ['ids', 'µs to look up a known one', 'µs to look up an unknown one'],
      lookUps.map(({ count, known, unknown }) => [
        count.toLocaleString('en'),
        known.toFixed(2),
        unknown.toFixed(2),
      ]),
    ),
  );
  const { record, megabytes, loads } = await measure<File>('file', signal);
  const seconds = loads.map((load) => load.seconds.toFixed(1)).join(', ');
  const cpu = loads.map(({ cpuSeconds }) => cpuSeconds.toFixed(1)).join(', ');
  console.log(
    `\nFiles: ${record.toFixed(1)} µs to record an id; a million take ${megabytes.toFixed(0)} MB and load in ${seconds} s (processor: ${cpu} s)\n`,
  );
  const { rates } = await measure<RedisFigures>('redis', signal);
  console.log(
    'Redis on this machine, writing to its disk; one process, an event = reserve + record\n',
  );
  console.log(
    table(
      ['events on their way at once', 'events/s', 'CPU µs/event'],
      rates.map(({ atOnce, eventsPerSecond, cpuMicroseconds }) => [
        String(atOnce),
        Math.round(eventsPerSecond).toLocaleString('en'),
        cpuMicroseconds.toFixed(0),
      ]),
    ),
  );
  await benchFlows(arena, options, processes);
}

/** The whole flow with each store, acknowledging when it has finished, in turns. */
async function benchFlows(
  arena: Arena,
  { rounds, events, warmUp, prefetch }: BenchOptions,
  processes: ProcessOptions,
): Promise<void> {
  const redis = await Redis.start({ durable: true });
  try {
    const flows = [
      plainFlow,
      flow({ name: 'flow, ids in files', store: { backend: 'file' } }),
      flow({ name: 'flow, ids in Redis', store: { backend: 'redis', url: redis.url } }),
    ];
    const task = { prefetch, warmUp, events };
    const results = await takeTurns(arena, flows, task, rounds, processes, () => redis.forget());
    const [plain] = results;
    if (plain) console.log(`\n${rateTable(results, plain, events)}`);
  } finally {
    await redis.dispose();
  }
}

async function measure<Figures>(store: string, signal: AbortSignal): Promise<Figures> {
  const program = path.join(__dirname, 'dedupe-process.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, store], { signal });
  return JSON.parse(stdout) as Figures;
}
